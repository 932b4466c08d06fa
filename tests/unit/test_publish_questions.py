"""Questions to the live version: every named one fits the contracts, and those with logic answer right.

The marts are empty but for rows written here; what the models put in them is tested elsewhere.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orchestration.publish.questions import questions
from orchestration.publish.reading import ask, question_sql
from tests.empty_marts import AS_OF, answer, empty_marts, write
from tests.sample_warehouse import publish_warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    empty_marts(tmp_path / "warehouse.duckdb")
    return tmp_path / "warehouse.duckdb"


def test_every_question_is_a_question_and_fits_the_contracts(warehouse: Path) -> None:
    assert len(questions()) >= 20
    published = warehouse.parent / "published"
    publish_warehouse(warehouse, published)
    for question in questions().values():
        assert question.text.endswith("?"), question.name
        with ask(published, question.sql) as found:
            assert found.columns, question.name
            list(found.rows)


def test_the_funnel_is_of_the_year_of_as_of(warehouse: Path) -> None:
    def month(lead_month: date, stage: str, volume: int, kind: str = "any_order") -> dict[str, Any]:
        return {
            "lead_month": lead_month,
            "channel": "email",
            "funnel_kind": kind,
            "stage": stage,
            "volume": volume,
            "value": 10 * volume,
        }

    write(
        warehouse,
        "reports.rpt_funnel",
        month(date(2026, 1, 1), "lead", 60),
        month(date(2026, 2, 1), "lead", 40),
        month(date(2026, 2, 1), "mql", 25),
        month(date(2026, 2, 1), "lead", 7, kind="in_order"),
        month(date(2025, 12, 1), "lead", 1000),
    )
    assert answer(warehouse, question_sql("funnel_this_year")) == [
        {"stage": "lead", "journeys": 100, "share_of_leads": 1, "goes_on": 0.25, "value": 1000},
        {"stage": "mql", "journeys": 25, "share_of_leads": 0.25, "goes_on": None, "value": 250},
    ]


def test_aging_sqls_wait_until_as_of(warehouse: Path) -> None:
    write(
        warehouse,
        "marts.fct_lead_to_deal",
        {"journey_id": "young", "current_stage": "sql", "is_open": True, "sql_at": datetime(2026, 6, 30, 12)},
        {"journey_id": "old", "current_stage": "sql", "is_open": True, "sql_at": datetime(2026, 6, 1)},
        {"journey_id": "moved", "current_stage": "opportunity", "is_open": True, "sql_at": AS_OF},
        {"journey_id": "ended", "current_stage": "sql", "is_open": False, "sql_at": AS_OF},
    )
    waiting = answer(warehouse, question_sql("aging_sqls"))
    assert [(row["journey_id"], row["days_waiting"]) for row in waiting] == [("old", 30.0), ("young", 0.5)]


def test_customers_by_channel_add_up(warehouse: Path) -> None:
    won = {
        "customer_at": AS_OF,
        "mql_at": AS_OF,
        "won_amount": Decimal("30.00"),
        "days_lead_to_customer": 4.0,
    }
    open_ = {"won_amount": Decimal(0)}
    write(
        warehouse,
        "marts.fct_lead_to_deal",
        {"journey_id": "a", "original_channel": "email", **won},
        {"journey_id": "b", "original_channel": "email", **open_},
        {"journey_id": "c", "original_channel": "event", **won, "won_amount": Decimal("90.00")},
    )
    found = answer(warehouse, question_sql("customers_by_channel"))
    assert [(row["channel"], row["leads"], row["customers"], row["lead_to_customer"]) for row in found] == [
        ("event", 1, 1, 1.0),
        ("email", 2, 1, 0.5),
    ]
    assert [(row["won_amount"], row["share_of_won"]) for row in found] == [(90, 0.75), (30, 0.25)]


def test_won_by_month_counts_new_business_only(warehouse: Path) -> None:
    def deal(name: str, kind: str | None, closed: bool, won: bool) -> dict[str, Any]:
        return {
            "opportunity_id": name,
            "opportunity_type": kind,
            "is_closed": closed,
            "is_won": won,
            "closed_at": datetime(2026, 5, 31, 23) if closed else None,
            "amount_reporting": 100,
        }

    write(
        warehouse,
        "marts.fct_opportunity",
        deal("a", "new_business", True, True),
        deal("b", None, True, True),
        deal("c", "new_business", True, False),
        deal("d", "renewal", True, True),
        deal("e", "new_business", False, False),
    )
    assert answer(warehouse, question_sql("won_by_month")) == [
        {"month": date(2026, 5, 1), "won": 2, "lost": 1, "win_rate": 0.6667, "won_amount": 200}
    ]


def test_touch_bands_are_in_order(warehouse: Path) -> None:
    write(
        warehouse,
        "marts.fct_lead_to_deal",
        *(
            {"journey_id": str(count), "touch_count": count}
            for count in (0, 1, 2, 3, 5, 6, 10, 11, 20, 21, 400)
        ),
    )
    found = answer(warehouse, question_sql("touches_until_customer"))
    assert [(row["touches"], row["leads"]) for row in found] == [
        ("0", 1),
        ("1-2", 2),
        ("3-5", 2),
        ("6-10", 2),
        ("11-20", 2),
        ("21 and more", 2),
    ]


def test_promises_are_kept_by_those_that_were_due(warehouse: Path) -> None:
    statuses = ("met", "met", "met", "breached", "at_risk", "pending", "excluded")
    for number, status in enumerate(statuses):
        row = {"sla_event_id": str(number), "commitment": "acceptance", "status": status}
        write(warehouse, "marts.fct_sla_event", row)
    write(
        warehouse, "marts.fct_sla_event", {"sla_event_id": "x", "commitment": "handoff", "status": "pending"}
    )
    accepted, handed = answer(warehouse, question_sql("promises_kept"))
    assert list(accepted.values()) == ["acceptance", 7, 3, 1, 1, 1, 1, 0.75]
    assert list(handed.values()) == ["handoff", 1, 0, 0, 0, 1, 0, None]


def test_promises_that_ran_out_long_ago_are_left_out(warehouse: Path) -> None:
    write(warehouse, "marts.fct_lead_to_deal", {"journey_id": "j", "lead_id": "l1"})
    for number, (status, due) in enumerate(
        [
            ("breached", datetime(2026, 6, 24)),
            ("breached", datetime(2026, 6, 30, 22)),
            ("at_risk", datetime(2026, 7, 1, 3)),
        ]
    ):
        write(
            warehouse,
            "reports.rpt_sla_breaches",
            {
                "journey_id": "j",
                "status": status,
                "late_since": due,
                "minutes_late": (AS_OF - due).total_seconds() / 60,
                "rank": 3 - number,
            },
        )
    found = answer(warehouse, question_sql("promises_running_out"))
    assert [(row["status"], row["lead_id"], row["hours_late"]) for row in found] == [
        ("at_risk", "l1", -3.0),
        ("breached", "l1", 2.0),
    ]


def test_return_by_channel_is_of_the_last_twelve_months(warehouse: Path) -> None:
    for month, leads, spend, won in (
        (date(2025, 7, 1), 1000, Decimal("9000.00"), Decimal("0.00")),
        (date(2025, 8, 1), 6, Decimal("100.00"), Decimal("250.00")),
        (date(2026, 7, 1), 4, Decimal("0.00"), Decimal("0.00")),
    ):
        figures = {"leads": leads, "customers": 1, "spend": spend, "won_amount": won}
        write(
            warehouse,
            "reports.rpt_channel_performance",
            {"lead_month": month, "channel": "email", **figures},
        )
    (row,) = answer(warehouse, question_sql("return_by_channel"))
    assert (row["leads"], row["cost_per_lead"], row["cost_per_customer"], row["roi"]) == (10, 10.0, 50.0, 1.5)


def test_what_moved_adds_up_over_channels(warehouse: Path) -> None:
    for start, channel, effects in (
        (date(2026, 6, 1), "email", (3, -1, 2)),
        (date(2026, 6, 1), "event", (1, 1, -9)),
        (date(2026, 5, 1), "email", (100, 100, 100)),
    ):
        volume, mix, rate = map(Decimal, effects)
        write(
            warehouse,
            "reports.rpt_movers",
            {
                "period_type": "month",
                "period_start": start,
                "metric": "mqls",
                "channel": channel,
                "change": volume + mix + rate,
                "volume_effect": volume,
                "mix_effect": mix,
                "rate_effect": rate,
            },
        )
    (row,) = answer(warehouse, question_sql("what_moved_last_month"))
    assert (row["change"], row["volume_effect"], row["mix_effect"], row["rate_effect"]) == (-3, 4, 0, -7)
    assert row["channel_that_moved_most"] == "event"


def test_goals_are_of_this_month_and_the_last(warehouse: Path) -> None:
    for month in (date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)):
        for channel in ("email", "all"):
            goal = {"month": month, "metric": "mqls", "channel": channel, "target": 10}
            write(warehouse, "reports.rpt_goal_attainment", goal)
    found = answer(warehouse, question_sql("goals_this_month"))
    assert [(row["month"].month, row["channel"]) for row in found] == [
        (7, "all"),
        (7, "email"),
        (6, "all"),
        (6, "email"),
    ]


def test_every_model_of_attribution_has_its_column(warehouse: Path) -> None:
    models = ("first_touch", "last_touch", "linear", "u_shaped", "time_decay", "w_shaped", "full_path")
    models += ("markov", "shapley")
    for amount, model in enumerate(models, start=1):
        row = {"model": model, "channel": "email", "attributed_amount": amount}
        write(warehouse, "reports.rpt_channel_attribution", {"conversion": "won", **row})
        write(warehouse, "reports.rpt_channel_attribution", {"conversion": "lead", **row})
    (found,) = answer(warehouse, question_sql("credit_by_channel"))
    assert found == {"channel": "email"} | {
        model: Decimal(amount) for amount, model in enumerate(models, start=1)
    }


def test_attempts_are_judged_over_all_channels(warehouse: Path) -> None:
    for channel, attempt, reached, contacted in [("all", 2, 8, 4), ("all", 1, 16, 8), ("email", 1, 3, 1)]:
        row = {"channel": channel, "attempt_number": attempt, "reached": reached, "contacted": contacted}
        write(warehouse, "reports.rpt_contact_attempt_yield", {**row, "hazard": contacted / reached})
    found = answer(warehouse, question_sql("attempts_until_contact"))
    assert [(row["attempt_number"], row["hazard"]) for row in found] == [(1, 0.5), (2, 0.5)]


def test_customers_count_as_kept_among_those_acquired_so_long_ago(warehouse: Path) -> None:
    def month(acquired: date, since: int, customers: int, active: int | None) -> None:
        row = {"acquisition_month": acquired, "channel": "email", "months_since": since}
        counted = {"customers": customers, "active": active, "is_censored": active is None}
        write(warehouse, "reports.rpt_customer_retention", {**row, **counted})

    month(date(2026, 1, 1), 0, 4, 4)
    month(date(2026, 1, 1), 3, 4, 3)
    month(date(2026, 1, 1), 6, 4, None)
    month(date(2026, 7, 1), 0, 2, None)
    assert answer(warehouse, question_sql("customers_kept")) == [
        {
            "channel": "email",
            "customers": 6,
            "after_3_months": 0.75,
            "after_6_months": None,
            "after_12_months": None,
        }
    ]
