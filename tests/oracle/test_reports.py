"""Attempts, funnel, pipeline and data quality on examples worked out by hand.

What they count is made, and tested, elsewhere.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.oracle.cases import became, deal, june, lead, marts


def test_attempts_count_from_the_mql_on():
    call = {"lead_id": "1", "activity_type": "call", "direction": "outbound"}
    result = marts(
        crm_lead=[lead("1", 1)],
        crm_lead_history=[became("1", "mql", 3)],
        crm_activity=[
            call | {"activity_id": "early", "occurred_at": june(2), "outcome": "connected"},
            call | {"activity_id": "first", "occurred_at": june(3.5), "outcome": "no_answer"},
            call | {"activity_id": "second", "occurred_at": june(4), "outcome": "connected"},
            call | {"activity_id": "robot", "occurred_at": june(3), "is_automated": True},
            call | {"activity_id": "gone", "occurred_at": june(3), "is_deleted": True},
        ],
    )
    assert {row["activity_id"]: row["attempt_number"] for row in result["fct_sales_activity"]} == {
        "early": None,
        "first": 1,
        "second": 2,
        "robot": None,
    }
    (row,) = result["fct_lead_to_deal"]
    assert (row["attempt_count"], row["speed_to_lead_minutes"], row["first_contact_at"]) == (
        2,
        720.0,
        june(4),
    )


def test_funnel_in_any_order_and_in_order():
    result = marts(
        crm_lead=[lead("1", 1), lead("2", 1)],
        crm_lead_history=[became("1", "mql", 3), became("1", "sal", 4)],
        crm_opportunity=[deal("o", 5, 9, lead_id="2")],
    )
    volumes = {(row["funnel_kind"], row["stage"]): row for row in result["rpt_funnel"]}
    kinds = {
        "any_order": [2, 2, 2, 1, 1, 1],
        "in_order": [2, 1, 1, 0, 0, 0],
    }
    for kind, expected in kinds.items():
        rows = [volumes[kind, stage] for stage in ("lead", "mql", "sal", "sql", "opportunity", "customer")]
        assert [row["volume"] for row in rows] == expected
    assert volumes["in_order", "lead"]["conversion"] == 0.5
    assert volumes["any_order", "opportunity"]["velocity"] == 4.0
    assert volumes["any_order", "customer"]["value"] == Decimal(100)


def test_pipeline_coverage_is_what_is_open_over_what_is_missing():
    target = {"month": date(2024, 6, 1), "metric": "won_amount", "channel": "all", "target": Decimal(500)}
    rows = marts(
        {"targets": [target]},
        crm_opportunity=[
            deal("won", 1, 2),
            deal("open", 3, close_date=date(2024, 6, 28)),
            deal("renewal", 3, close_date=date(2024, 6, 28), opportunity_type="renewal"),
            deal("someday", 3),
        ],
    )["rpt_pipeline"]
    assert {row["close_month"]: (row["open_deals"], row["coverage"]) for row in rows} == {
        date(2024, 6, 1): (1, 0.25),
        None: (1, None),
    }


def test_what_is_deleted_or_merged_needs_no_rate():
    worth = {"potential_value": Decimal(5), "currency": "CHF"}
    result = marts(
        crm_lead=[
            lead("1", 1, **worth),
            lead("2", 2, is_deleted=True, **worth),
            lead("3", 3, merged_into_lead_id="1", **worth),
            lead("4", 4, merged_into_lead_id="gone", **worth),
        ],
        crm_opportunity=[deal("a", 5, currency="CHF"), deal("b", 6, currency="CHF", is_deleted=True)],
    )
    told = [row for row in result["rpt_data_quality"] if row["check_name"] == "missing_exchange_rate"]
    assert sorted((row["table_name"], row["subject"], row["failed_rows"]) for row in told) == [
        ("crm_lead", "CHF on 2024-06-01", 1),
        ("crm_lead", "CHF on 2024-06-04", 1),
        ("crm_opportunity", "CHF on 2024-06-05", 1),
    ]
