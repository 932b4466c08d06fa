"""The default agreement reads the sample: every signal, lead source, status, stage and currency means what it should.

That the seeds are well formed is `check_agreement`'s work, asked here once; how dbt applies them is tested elsewhere.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from ingestion.sources.sample import SampleConfig, campaigns, channels
from ingestion.sources.sample.company import (
    CALENDARS,
    CURRENCIES,
    DEAL_STAGES,
    LEAD_STATUSES,
    REGION_ZONES,
)
from orchestration.agreement import check_agreement
from orchestration.agreement.rules import Terms
from orchestration.agreement.seed_schemas import COMMITMENTS

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"


def _seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _satisfies(value: str | None, pattern: str) -> bool:
    """LIKE over trimmed lower-case text with `|` between alternatives; blank asks nothing, nothing matches null."""
    if not pattern:
        return True
    plain = (value or "").strip().lower()
    likes = [
        re.escape(each.strip().lower()).replace("%", ".*").replace("_", ".") for each in pattern.split("|")
    ]
    return bool(plain) and any(re.fullmatch(like, plain, re.DOTALL) for like in likes)


def _channel(*, lead_source: str | None = None, **touch: str | None) -> str:
    rules = sorted(_seed("channel_rules"), key=lambda rule: int(rule["priority"]))
    for rule in rules:
        if bool(rule["lead_source"]) != (lead_source is not None):
            continue
        if _satisfies(lead_source, rule["lead_source"]) and all(
            _satisfies(touch.get(column), rule[column])
            for column in ("utm_source", "utm_medium", "referrer", "click_id")
        ):
            return rule["channel"]
    return "unknown"


def _read(signal: channels.Signal) -> str:
    if signal.declared:
        return signal.declared.strip().lower()
    return _channel(
        utm_source=signal.source,
        utm_medium=signal.medium,
        referrer=signal.referrer,
        click_id=signal.click and f"{signal.click}=Cj0KCQ123",
    )


def test_the_default_agreement_has_no_mistakes_and_no_notes():
    end = SampleConfig().end
    terms = Terms("USD", None, ["sample"], as_of=end, default_calendar_id="americas")
    assert check_agreement(SEEDS, terms) == []


@pytest.mark.parametrize("signal", channels.SIGNALS, ids=lambda signal: f"{signal.channel}-{signal.source}")
def test_a_touch_is_read_as_the_channel_it_came_by(signal):
    assert _read(signal) == signal.channel


def test_visits_are_read_as_the_channel_they_came_by():
    for mark in campaigns.visit_marks():
        assert _channel(utm_source=mark.source, utm_medium=mark.medium) == mark.channel


@pytest.mark.parametrize("channel", channels.CHANNELS, ids=lambda channel: channel.name)
def test_a_lead_source_is_read_as_the_channel_it_names(channel):
    for lead_source in (*channel.lead_sources, *channel.chinese_sources):
        assert _channel(lead_source=lead_source) == channel.name


@pytest.mark.parametrize(
    ("touch", "channel"),
    [
        ({"click_id": "gclid:Cj0"}, "paid_search"),
        ({"utm_source": "google", "utm_medium": "cpc"}, "paid_search"),
        ({"utm_source": "google", "utm_medium": "display", "click_id": "gclid=1"}, "display"),
        ({"utm_source": "fb", "utm_medium": "paid_social", "click_id": "fbclid=1"}, "paid_social"),
        ({"click_id": "fbclid=1", "referrer": "https://l.facebook.com/"}, "organic_social"),
        ({"referrer": "https://www.google.de/"}, "organic_search"),
        ({"referrer": "https://mail.google.com/mail/u/0"}, "email"),
        ({"referrer": "https://blog.example/?u=www.google.com"}, "referral"),
        ({"utm_source": "HubSpot", "utm_medium": "Email"}, "email"),
        ({"utm_source": "who", "utm_medium": "knows"}, "unknown"),
        ({"utm_source": "  "}, "direct"),
        ({}, "direct"),
    ],
    ids=str,
)
def test_what_others_send_is_read_as_a_marketer_would(touch, channel):
    assert _channel(**touch) == channel


@pytest.mark.parametrize(
    ("kind", "words"), [("lead", LEAD_STATUSES), ("opportunity", DEAL_STAGES)], ids=["lead", "opportunity"]
)
def test_every_status_has_a_stage(kind, words):
    mapped = {row["value"].lower(): row["stage"] for row in _seed("stage_mapping") if row["object"] == kind}
    assert set(map(str.lower, words)) <= set(mapped)
    if kind == "lead":
        stages = ["lead", "mql", "sal", "sql", "opportunity", "recycled", "disqualified"]
        assert [mapped[word.lower()] for word in words] == stages


def test_every_currency_has_a_rate_all_along():
    begins = {}
    for row in _seed("fx_rates"):
        begins.setdefault(row["currency"], []).append(row["valid_from"])
    first_day = SampleConfig().clock.first_day.replace(year=SampleConfig().clock.first_day.year - 1)
    for currency in set(CURRENCIES) - {"USD"}:
        assert min(begins[currency]) <= f"{first_day:%Y-%m-%d}"
    worth = {row["currency"]: float(row["rate_to_reporting"]) for row in _seed("fx_rates")}
    for currency, usd in CURRENCIES.items():
        assert currency == "USD" or 0.7 < worth[currency] / usd < 1.4


def test_targets_cover_the_sample_and_the_months_its_open_deals_close_in():
    months = {
        row["month"][:7]
        for row in _seed("targets")
        if row["metric"] == "won_amount" and row["channel"] == "all"
    }
    assert {"2024-07", "2026-06", "2026-12"} <= months
    assert len(months) == 30


def test_the_calendars_are_those_the_sample_names_in_the_zones_it_works_in():
    zones = {row["calendar_id"]: row["timezone"] for row in _seed("business_calendars")}
    assert zones == dict(zip(CALENDARS, REGION_ZONES, strict=True))
    assert {row["calendar_id"] for row in _seed("business_hours")} == set(CALENDARS)
    excepted = {(row["calendar_id"], row["date"][:4]) for row in _seed("calendar_exceptions")}
    assert excepted == {(name, str(year)) for name in CALENDARS for year in range(2024, 2028)}


def test_promises_differ_by_customer_and_change_over_time():
    policies = _seed("sla_policies")
    for commitment in COMMITMENTS:
        mine = [row for row in policies if row["commitment"] == commitment]
        assert {row["valid_from"] for row in mine} >= {"", "2025-07-01"}
        conditions = (
            "country",
            "industry",
            "min_employee_count",
            "max_employee_count",
            "min_potential_value",
        )
        assert any(row[name] for row in mine for name in conditions)
        assert any(not any(row[name] for name in conditions) for row in mine)
