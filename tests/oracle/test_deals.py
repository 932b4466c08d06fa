"""Links, cuts, renewals and closings of deals, on examples worked out by hand.

How deals shape journeys stands in test_journeys.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.oracle.cases import deal, june, lead, marts


def test_links_by_lead_role_and_account_and_the_cut_of_the_amount():
    contacts = [{"crm_contact_id": key, "created_at": june(1), "account_id": "acme"} for key in "xyz"]
    result = marts(
        variables={"account_link_days": 2},
        crm_lead=[lead("1", 1, converted_account_id="acme"), lead("2", 3, converted_account_id="acme")],
        crm_contact=contacts,
        crm_opportunity=[
            deal("by lead", 2, lead_id="1", primary_crm_contact_id="x"),
            deal("by role", 2, 4, primary_crm_contact_id="missing", amount=Decimal("0.05")),
            deal("by account", 5, account_id="acme"),
            deal("unlinked", 9, account_id="acme"),
        ],
        crm_opportunity_contact=[
            {"opportunity_id": "by role", "crm_contact_id": "x", "is_primary": False},
            {"opportunity_id": "by role", "crm_contact_id": "y", "is_primary": True},
            {"opportunity_id": "by role", "crm_contact_id": "z", "is_primary": True},
        ],
    )
    assert {row["opportunity_id"]: row["link_rule"] for row in result["fct_opportunity"]} == {
        "by lead": "lead",
        "by role": "contact_role",
        "by account": "account",
        "unlinked": "unlinked",
    }
    bridged = [row for row in result["bridge_journey_opportunity"] if row["opportunity_id"] == "by role"]
    in_order = sorted(bridged, key=lambda row: row["journey_id"])
    assert [row["amount_reporting"] for row in in_order] == [Decimal("0.03"), Decimal("0.02")]
    by_account = [
        row for row in result["bridge_journey_opportunity"] if row["opportunity_id"] == "by account"
    ]
    assert len(by_account) == 1


def test_a_renewal_is_new_business_until_there_is_a_customer():
    result = marts(
        crm_lead=[lead("1", 1)],
        crm_opportunity=[
            deal("a", 2, 4, lead_id="1", opportunity_type="renewal"),
            deal("b", 4, 5, lead_id="1", opportunity_type="expansion", amount=Decimal(30)),
        ],
    )
    assert {r["opportunity_id"]: r["is_repeat"] for r in result["bridge_journey_opportunity"]} == {
        "a": False,
        "b": True,
    }
    (row,) = result["fct_lead_to_deal"]
    assert (row["deal_count"], row["won_amount"], row["lifetime_won_amount"]) == (
        1,
        Decimal(100),
        Decimal(130),
    )


def test_a_deal_that_closes_after_as_of_or_without_a_date_is_open():
    rows = marts(
        crm_opportunity=[
            deal("future", 1, 40),
            deal("dateless", 1, is_won=True),
            deal("same day", 1.5, is_won=True, close_date=date(2024, 6, 1)),
            deal("day before", 2.5, is_won=True, close_date=date(2024, 6, 1)),
        ]
    )["fct_opportunity"]
    assert {row["opportunity_id"]: row["closed_at"] for row in rows} == {
        "future": None,
        "dateless": None,
        "same day": june(1.5),
        "day before": june(1),
    }
