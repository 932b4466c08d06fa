"""Channel performance, movers, Kaplan-Meier, attempts, retention and goals on examples worked out by hand.

Attribution is tested elsewhere.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from tests.oracle.attempts import wilson
from tests.oracle.cases import became, deal, june, lead, marts, touch
from tests.oracle.clock import Clock
from tests.oracle.goals import working_day
from tests.oracle.performance import movers
from tests.oracle.survival import conversion_by, observations


def test_a_channel_has_rates_costs_and_a_return():
    spend = {"spend_date": date(2024, 6, 3), "platform": "ads", "campaign_id": "g", "channel": "email"}
    visits = {"visit_date": date(2024, 5, 31), "channel": " Email", "visits": 8}
    rows = marts(
        crm_lead=[lead("1", 2, email="a@a.example"), lead("2", 2, email="b@b.example")],
        crm_lead_history=[became("1", "mql", 3)],
        crm_opportunity=[deal("o", 5, 9, lead_id="1")],
        marketing_touch=[touch("t1", 1), touch("t2", 1, mailbox="b@b.example")],
        ad_spend=[spend | {"spend": Decimal(40)}],
        web_visit_daily=[visits, visits | {"visit_date": date(2024, 6, 4), "utm_source": "x"}],
    )["rpt_channel_performance"]
    june_row = next(row for row in rows if row["lead_month"] == date(2024, 6, 1))
    assert {row["lead_month"]: (row["visits"], row["leads"]) for row in rows} == {
        date(2024, 5, 1): (8, 0),
        date(2024, 6, 1): (8, 2),
    }
    expected = {"visit_to_lead": 0.25, "lead_to_mql": 0.5, "mql_to_sql": 0.0, "sql_to_opportunity": None}
    expected |= {"opportunity_to_customer": 1.0, "lead_to_customer": 0.5, "cost_per_lead": 20.0}
    # 100 won for 40 spent.
    expected |= {"cost_per_mql": 40.0, "cost_per_sql": None, "cost_per_customer": 40.0, "roi": 1.5}
    assert {name: june_row[name] for name in expected} == expected


def cohort(month: int, channel: str, leads: int, mqls: int, sqls: int = 0) -> list[dict]:
    at = datetime(2024, month, 15)
    blank = dict.fromkeys(("opportunity_at", "customer_at")) | {"won_amount": Decimal(0)}
    return [
        {
            "lead_at": at,
            "original_channel": channel,
            "mql_at": at if n < mqls else None,
            "sql_at": at if n < sqls else None,
        }
        | blank
        for n in range(leads)
    ]


def test_moves_are_volume_mix_and_rate():
    facts = cohort(4, "a", 4, 2) + cohort(4, "b", 4, 0) + cohort(5, "a", 6, 3) + cohort(5, "b", 2, 1)
    rows = movers(facts, Clock(datetime(2024, 5, 20), "UTC"))
    effects = {
        row["channel"]: (row["volume_effect"], row["mix_effect"], row["rate_effect"], row["change"])
        for row in rows
        if (row["period_type"], row["period_start"], row["metric"]) == ("month", date(2024, 5, 1), "mqls")
    }
    # 8 leads in both months. a: from half to three quarters of them, at a rate of 1/2: 8 * 1/4 * 1/2.
    # b: less of them at a rate of 0, then 2 at 1/2.
    assert effects == {"a": (0.0, 1.0, 0.0, 1.0), "b": (0.0, 0.0, 1.0, 1.0)}
    # The first quarter has nothing, so the second is all mix of 16 leads; nothing follows as_of's periods.
    assert {row["period_start"] for row in rows} == {date(2024, 4, 1), date(2024, 5, 1)}


def test_moves_of_a_metric_without_base_still_add_up():
    facts = cohort(4, "a", 2, 0, 2) + cohort(5, "a", 1, 1, 1)
    (row,) = [
        row
        for row in movers(facts, Clock(datetime(2024, 5, 20), "UTC"))
        if (row["period_type"], row["period_start"], row["metric"]) == ("month", date(2024, 5, 1), "sqls")
    ]
    # April: no MQL, two SQLs; May one of each. Nothing of the former base, one SQL by mix, two lost to the rest.
    assert (row["volume_effect"], row["mix_effect"], row["rate_effect"]) == (0.0, 1.0, -2.0)
    assert row["change"] == -1.0


def test_kaplan_meier_by_hand():
    observed = [(10, True), (20, False), (20, True), (40, False), (50, True)]
    # 4/5 survive day 10; at day 20 four are at risk, the censored one too: 4/5 * 3/4; the last one converts on day 50.
    assert [conversion_by(horizon, observed) for horizon in (9, 10, 30, 60, 180)] == [0, 0.2, 0.4, 1, 1]
    assert conversion_by(30, []) is None


def test_journeys_are_censored_at_their_end_or_now():
    blank = dict.fromkeys(("sal_at", "sql_at", "opportunity_at", "customer_at", "ended_at"))
    volume = [
        blank | {"mql_at": june(2), "sql_at": june(5), "sal_at": june(6)},
        blank | {"mql_at": june(2), "ended_at": june(4)},
        blank | {"mql_at": june(2)},
        blank | {"mql_at": None, "sql_at": june(5)},
    ]
    assert observations(volume, "any_order", "mql", june(30)) == [(3, True), (2, False), (28, False)]
    assert observations(volume[:1], "in_order", "mql", june(30)) == [(4, True)]


def test_wilson_interval_of_a_textbook():
    # 8 of 10: 0.490 to 0.943; 0 of 10: 0 to 0.278 (z^2 / (n + z^2)).
    assert wilson(8, 10) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)
    assert wilson(0, 10) == pytest.approx((0, 0.2775328), abs=1e-6)


def _attempts(cost: int, min_sample: int) -> list[dict]:
    outcomes = {"1": ("no_answer", "connected", "connected"), "2": ("connected",), "3": ("no_answer",)}
    call = {"activity_type": "Call", "direction": "outbound"}
    result = marts(
        {"attempt_costs": [{"activity_type": "call", "cost": Decimal(cost)}]},
        {"min_attempt_sample": min_sample},
        crm_lead=[lead(key, 1) for key in outcomes],
        crm_lead_history=[became(key, "mql", 2) for key in outcomes],
        crm_opportunity=[deal("o", 5, 9, lead_id="2")],
        crm_activity=[
            call
            | {
                "activity_id": f"{key}{n}",
                "lead_id": key,
                "occurred_at": june(3 + n / 10),
                "outcome": outcome,
            }
            for key, mine in outcomes.items()
            for n, outcome in enumerate(mine)
        ],
    )
    return [row for row in result["rpt_contact_attempt_yield"] if row["channel"] == "all"]


def test_attempts_worth_making():
    rows = _attempts(cost=5, min_sample=1)
    # A third attempt after a contact counts nowhere. Only journey 2 is contacted and ended: a contact is worth 100.
    assert [(row["attempt_number"], row["reached"], row["contacted"]) for row in rows] == [
        (1, 3, 1),
        (2, 1, 1),
    ]
    assert [row["marginal_value"] for row in rows] == pytest.approx([100 / 3, 100])
    assert {(row["recommended_attempts"], row["stopped_by"]) for row in rows} == {(2, "end")}


@pytest.mark.parametrize(
    ("cost", "min_sample", "advice"),
    [
        (5, 2, (1, "sample", False)),
        (40, 1, (0, "cost", False)),
        (5, 4, (None, None, True)),
    ],
)
def test_attempts_stop(cost: int, min_sample: int, advice: tuple):
    rows = _attempts(cost, min_sample)
    assert {(row["recommended_attempts"], row["stopped_by"], row["insufficient_data"]) for row in rows} == {
        advice
    }


def test_customers_are_kept_while_a_contract_covers_the_last_day():
    april = june(-51).date()
    assert april == date(2024, 4, 10)
    rows = marts(
        crm_opportunity=[
            deal("open", -52, -51, account_id="a"),
            deal("ended", -52, -51, account_id="b", contract_end_date=date(2024, 5, 30)),
            deal("again", -20, -18, account_id="a", opportunity_type="renewal"),
        ],
    )["rpt_customer_retention"]
    assert [
        (
            row["months_since"],
            row["active"],
            row["retained_revenue"],
            row["retention_rate"],
            row["is_censored"],
        )
        for row in sorted(rows, key=lambda row: row["months_since"])
    ] == [
        (0, 2, Decimal(200), None, False),
        # a alone, under two contracts.
        (1, 1, Decimal(200), 0.5, False),
        (2, None, None, None, True),
    ]
    assert {(row["acquisition_month"], row["channel"], row["customers"]) for row in rows} == {
        (date(2024, 4, 1), "unknown", 2)
    }


def test_goals_by_working_days():
    target = {"month": date(2024, 6, 1), "channel": "all"}
    rows = marts(
        {
            "targets": [
                target | {"metric": "leads", "target": Decimal(4)},
                target | {"metric": "won_amount", "target": Decimal(100)},
                target | {"metric": "retention_rate", "target": Decimal(1)},
                target | {"metric": "customers", "target": Decimal(0), "month": date(2024, 7, 1)},
            ]
        },
        {"as_of": datetime(2024, 6, 9)},
        crm_lead=[lead("1", 2)],
        crm_opportunity=[deal("o", 3, 4)],
    )["rpt_goal_attainment"]
    leads, won, kept, later = rows
    # Saturday 1 June to Saturday 8 June are over: 5 of 20 working days, 8 of 30 days.
    assert (leads["expected_working_days"], leads["pace"], leads["forecast"]) == (1.0, 1.0, 4.0)
    assert leads["expected_calendar_days"] == pytest.approx(4 * 8 / 30)
    assert (leads["attainment"], leads["status"]) == (0.25, "on_track")
    assert (won["actual"], won["status"]) == (100.0, "achieved")
    assert (kept["expected_working_days"], kept["actual"], kept["status"]) == (1.0, None, None)
    assert (later["pace"], later["forecast"], later["status"]) == (None, None, "achieved")


def test_working_days_of_a_calendar():
    hours = [{"calendar_id": "x", "weekday": 6, "valid_from": None, "valid_until": date(2024, 6, 10)}]
    exceptions = [
        {"calendar_id": "x", "date": date(2024, 6, 8), "open": None},
        {"calendar_id": "x", "date": date(2024, 6, 12), "open": "09:00"},
    ]
    works = working_day("x", hours, exceptions)
    assert [day for day in range(1, 31) if works(date(2024, 6, day))] == [1, 12]
