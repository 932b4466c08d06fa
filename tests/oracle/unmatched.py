"""Rows of rpt_unmatched_channel: signals that no channel rule knows, and how much hangs on each.

Which channel a rule gives is judged in `channels`. A row that declares its channel, `unknown` included, is none of the
rules' business; spend is listed wherever nobody declared one, for it carries no signal that a rule could know. Records
are live ones; their day is that of their creation, and one that nobody knows the creation of counts without a day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.oracle.bridge import NOTHING
from tests.oracle.campaigns import ad_spend, visit_channels
from tests.oracle.channels import UNKNOWN, ChannelRules
from tests.oracle.clock import Clock
from tests.oracle.money import Rates
from tests.oracle.patterns import plain
from tests.oracle.records import Records

SIGNALS = ("utm_source", "utm_medium", "referrer_host", "click_id_name", "lead_source", "platform")
WITHHELD = "(withheld)"
Seen = tuple[str, dict, int, Decimal | None, date | None]
"""Kind, signals, occurrences, money, day."""


def signal(value: str | None) -> str | None:
    """As rules compare it; an address is nobody's to read here."""
    text = plain(value)
    return WITHHELD if text and "@" in text else text


def host(url: str | None) -> str | None:
    """What stands between the scheme, if any, and the path, query or fragment."""
    found = re.match(r"(?:[a-z][a-z0-9+.-]*://)?([^/?#]+)", plain(url) or "")
    return signal(found[1]) if found else None


def click_id_name(click_id: str | None) -> str | None:
    """The parameter before = or a colon; an identifier alone has no name."""
    text = plain(click_id)
    if text is None:
        return None
    ends = [place for mark in "=:" if (place := text.find(mark)) >= 0]
    return signal(text[: min(ends)]) if ends else "(no name)"


def unmatched(
    tables: dict[str, list[dict]], records: Records, rules: ChannelRules, rates: Rates, clock: Clock
) -> list[dict]:
    sums: dict[tuple, dict] = {}
    for kind, signals, occurrences, money, day in _seen(tables, records, rules, rates, clock):
        row = {"kind": kind} | dict.fromkeys(SIGNALS) | signals
        row = sums.setdefault(
            tuple(row.values()),
            row | {"occurrences": 0, "spend": None, "first_seen_on": None, "last_seen_on": None},
        )
        row["occurrences"] += occurrences
        if kind == "spend":
            row["spend"] = (row["spend"] or NOTHING) + (money or NOTHING)
        if day:
            row["first_seen_on"] = min(row["first_seen_on"] or day, day)
            row["last_seen_on"] = max(row["last_seen_on"] or day, day)
    return list(sums.values())


def _seen(
    tables: dict[str, list[dict]], records: Records, rules: ChannelRules, rates: Rates, clock: Clock
) -> Iterator[Seen]:
    for touch in tables["marketing_touch"]:
        if not plain(touch["channel"]) and rules.of_touch(touch)[0] == UNKNOWN[0]:
            signals = {name: signal(touch[name]) for name in ("utm_source", "utm_medium")}
            signals["referrer_host"] = host(touch["referrer_url"])
            signals["click_id_name"] = click_id_name(touch["click_id"])
            yield "touch", signals, 1, None, clock.day(touch["occurred_at"])
    undeclared = [visit for visit in tables["web_visit_daily"] if not plain(visit["channel"])]
    for visit in visit_channels(undeclared, rules):
        if visit["channel"] == UNKNOWN[0]:
            signals = {name: signal(visit[name]) for name in ("utm_source", "utm_medium")}
            yield "visit", signals, visit["visits"], None, visit["visit_date"]
    for record in records.live.values():
        source = record.row.get("lead_source")
        if plain(source) and rules.of_lead_source(source)[0] == UNKNOWN[0]:
            day = clock.day(record.created_at) if record.created_at else None
            yield "record", {"lead_source": signal(source)}, 1, None, day
    declared = {row["campaign_id"] for row in tables["campaign"] if plain(row["channel"])}
    spent = ad_spend(tables["ad_spend"], tables["campaign"], rules, rates)
    for row, converted in zip(tables["ad_spend"], spent, strict=True):
        if not plain(row["channel"]) and row["campaign_id"] not in declared:
            signals = {"platform": signal(row["platform"])}
            yield "spend", signals, 1, converted["spend_reporting"], row["spend_date"]
