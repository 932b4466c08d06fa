"""The worked examples of the documentation come out as it says, by the oracle's computation of the definitions.

That the models agree with the oracle is tested elsewhere.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from tests.oracle.compute import compute
from tests.oracle.warehouse import number_rows

DOCS = Path(__file__).resolve().parents[2] / "docs"
AS_OF = datetime(2026, 7, 1)
WORDS = {"Qualified": "mql", "Accepted": "sal", "Recycled": "recycled"}


def at(text: str) -> datetime:
    return datetime.strptime(f"2026 {text}", "%Y %d %b %H:%M")


def marts(seeds: dict | None = None, **tables: list[dict]) -> dict[str, list[dict]]:
    meta = {"_source_system": "crm", "_load_id": "1", "_loaded_at": AS_OF}
    landed = number_rows({table: [meta | row for row in rows] for table, rows in tables.items()})
    words = [
        {"source_system": None, "object": "lead", "value": word, "stage": stage}
        for word, stage in WORDS.items()
    ]
    return compute(landed, {"stage_mapping": words} | (seeds or {}), {"as_of": AS_OF})


def lead(key: str, created: str, **more: object) -> dict:
    return {"lead_id": key, "email": f"{key}@example.com", "created_at": at(created)} | more


def deal(key: str, created: str, amount: str, won: str | None = None, **more: object) -> dict:
    closing = {"closed_at": at(won), "is_closed": True, "is_won": True} if won else {}
    return {"opportunity_id": key, "created_at": at(created), "amount": Decimal(amount)} | closing | more


def said(page: str, *cells: object) -> bool:
    """Whether a table of the page has a row with these first cells."""
    return f"| {' | '.join(map(str, cells))} |" in (DOCS / page).read_text("utf-8")


def shown(value: object) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, datetime):
        return f"{value.day} {value:%b %H:%M}"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:,.2f}" if isinstance(value, float | Decimal) else str(value)


def test_ada_comes_back():
    ada = {"email": "ada@example.com"}
    statuses = [
        ("L1", "Qualified", "14 Jan 10:00"),
        ("L1", "Accepted", "15 Jan 16:00"),
        ("L1", "Recycled", "20 Feb 08:00"),
        ("L2", "Accepted", "6 May 09:00"),
    ]
    touches = [
        ("organic search", "3 Jan 08:00"),
        ("e-mail", "5 Jan 09:00"),
        ("webinar", "3 May 12:00"),
    ]
    result = marts(
        marketing_contact=[{"contact_id": "C7", "created_at": at("5 Jan 09:00")} | ada],
        crm_lead=[lead("L1", "12 Jan 10:00", **ada), lead("L2", "4 May 14:00", **ada)],
        crm_lead_history=[
            {
                "history_id": word + when,
                "lead_id": key,
                "field": "status",
                "new_value": word,
                "changed_at": at(when),
            }
            for key, word, when in statuses
        ],
        crm_opportunity=[deal("D9", "10 May 11:00", "12000", "2 Jun 15:00", lead_id="L2")],
        marketing_touch=[
            {
                "touch_id": when,
                "contact_id": "C7",
                "touch_type": "x",
                "channel": channel,
                "occurred_at": at(when),
            }
            for channel, when in touches
        ],
    )
    first, second = sorted(result["fct_lead_to_deal"], key=lambda row: row["cycle_number"])
    page = "definitions.md"
    for names in (
        ("lead_id",),
        ("lead_at",),
        ("mql_at",),
        ("sal_at",),
        ("ended_at",),
        ("touch_count",),
        ("won_amount",),
        ("days_lead_to_customer",),
        ("cycle_number", "is_reentry"),
        ("original_channel", "lead_channel"),
    ):
        label = ", ".join(f"`{name}`" for name in names)
        values = [", ".join(shown(row[name]) for name in names) for row in (first, second)]
        assert said(page, label, *values), (label, values)
    assert (first["opportunity_at"], first["customer_at"]) == (None, None)
    assert (second["opportunity_at"], second["customer_at"]) == (at("10 May 11:00"), at("2 Jun 15:00"))
    assert [row["current_stage"] for row in (first, second)] == ["recycled", "customer"]
    assert [row["furthest_stage"] for row in (first, second)] == ["sal", "customer"]
    assert [row["skipped_stage_count"] for row in (first, second)] == [0, 2]


def test_0001_a_deal_won_before_its_lead_makes_one_journey():
    result = marts(
        crm_lead=[lead("L1", "10 Mar 09:00")],
        crm_opportunity=[deal("D1", "12 Mar 09:00", "500", "2 Mar 12:00", lead_id="L1")],
    )
    (journey,) = result["fct_lead_to_deal"]
    assert journey["ended_at"] == at("12 Mar 09:00")
    assert journey["customer_at"] == at("2 Mar 12:00")
    assert journey["days_lead_to_customer"] == -7.875
    assert journey["is_out_of_order"]


def test_0002_rates_rounding_and_cents():
    rates = [
        {"currency": "EUR", "valid_from": date(2026, 1, 1), "rate_to_reporting": Decimal("1.080")},
        {"currency": "EUR", "valid_from": date(2026, 4, 1), "rate_to_reporting": Decimal("1.075")},
    ]
    euros = {"currency": "EUR", "lead_id": "L1"}
    result = marts(
        {"fx_rates": rates},
        crm_lead=[
            lead("L1", "1 Mar 09:00"),
            *(lead(key, "1 Mar 09:00", converted_account_id="A2") for key in ("L5", "L6", "L7")),
        ],
        crm_account=[{"account_id": "A2", "name": "E"}],
        crm_opportunity=[
            deal("D4", "15 Mar 09:00", "1000", "10 Apr 12:00", **euros),
            *(deal(key, "1 Apr 09:00", "10.05", "10 Apr 12:00", **euros) for key in ("D6a", "D6b", "D6c")),
            deal("D5", "15 Mar 09:00", "100", "10 Apr 12:00", account_id="A2"),
        ],
    )
    amounts = {row["opportunity_id"]: row["amount_reporting"] for row in result["fct_opportunity"]}
    assert amounts["D4"] == Decimal("1075.00")
    assert [amounts[key] for key in ("D6a", "D6b", "D6c")] == [Decimal("10.80")] * 3
    parts = [
        row["amount_reporting"]
        for row in result["bridge_journey_opportunity"]
        if row["opportunity_id"] == "D5"
    ]
    assert sorted(parts) == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]


def test_0003_and_0004_deals_of_an_account():
    result = marts(
        crm_lead=[
            lead("Bea", "1 Apr 09:00", converted_account_id="A1"),
            lead("Cem", "2 Apr 09:00", converted_account_id="A1"),
        ],
        crm_account=[{"account_id": "A1", "name": "B"}],
        crm_opportunity=[
            deal("D2", "20 Apr 09:00", "12000", "20 May 12:00", account_id="A1"),
            deal("D3", "25 Apr 09:00", "3000", account_id="A1", lead_id="Bea"),
        ],
    )
    journeys = {row["lead_id"]: row for row in result["fct_lead_to_deal"]}
    assert {key: row["won_amount"] for key, row in journeys.items()} == {"Bea": 6000, "Cem": 6000}
    assert {key: row["open_amount"] for key, row in journeys.items()} == {"Bea": 3000, "Cem": 0}
    rules = {row["opportunity_id"]: row["link_rule"] for row in result["fct_opportunity"]}
    assert rules == {"D2": "account", "D3": "lead"}


def test_0005_a_touch_after_the_lead_brought_nobody():
    rule = dict.fromkeys(("utm_source", "utm_medium", "referrer", "click_id", "confidence"))
    rules = [
        rule | {"priority": 10, "lead_source": "partner%", "channel": "partner"},
        rule | {"priority": 20, "utm_medium": "email", "lead_source": None, "channel": "email"},
    ]
    touch = {"touch_id": "T1", "email": "L8@example.com", "touch_type": "email_click", "utm_medium": "email"}
    result = marts(
        {"channel_rules": rules},
        crm_lead=[lead("L8", "10 Apr 09:00", lead_source="Partner referral")],
        marketing_touch=[touch | {"occurred_at": at("20 Apr 09:00")}],
    )
    (journey,) = result["fct_lead_to_deal"]
    assert (journey["original_channel"], journey["source_confidence"]) == ("partner", "declared")
    assert [row["channel"] for row in result["fct_touch"]] == ["email"]


def test_0007_coverage_adds_up_to_the_months():
    target = {"month": date(2026, 7, 1), "metric": "won_amount", "channel": "all", "target": Decimal(2500)}
    result = marts(
        {"targets": [target]},
        crm_opportunity=[
            deal(
                "D7", "1 Apr 09:00", "800", close_date=date(2026, 7, 15), stage="Proposal", owner_user_id="U1"
            ),
            deal("D8", "1 Apr 09:00", "200", close_date=date(2026, 7, 20), stage="Demo", owner_user_id="U2"),
            deal("D3", "1 Apr 09:00", "3000", close_date=date(2026, 7, 31)),
        ],
    )
    coverage = {row["owner_user_id"]: round(float(row["coverage"]), 6) for row in result["rpt_pipeline"]}
    assert coverage == {"U1": 0.32, "U2": 0.08, None: 1.2}


def test_attempts_grouped_by_how_many_were_made_mislead():
    """Sixteen leads, half of those left reached at each of three attempts: 8, 4 and 2; two are given up."""
    reached_at = [1] * 8 + [2] * 4 + [3] * 2 + [None] * 2
    calls = [
        {
            "activity_id": f"A{number}-{attempt}",
            "lead_id": f"L{number}",
            "activity_type": "call",
            "direction": "outbound",
            "outcome": "connected" if attempt == reached else "no_answer",
            "occurred_at": at(f"{attempt + 1} Apr 09:00"),
        }
        for number, reached in enumerate(reached_at)
        for attempt in range(1, (reached or 3) + 1)
    ]
    result = marts(
        crm_lead=[lead(f"L{number}", "1 Apr 09:00") for number in range(16)],
        crm_lead_history=[
            {
                "history_id": f"H{number}",
                "lead_id": f"L{number}",
                "field": "status",
                "new_value": "Qualified",
                "changed_at": at("1 Apr 10:00"),
            }
            for number in range(16)
        ],
        crm_activity=calls,
    )
    overall = [row for row in result["rpt_contact_attempt_yield"] if row["channel"] == "all"]
    assert len(overall) == 3
    for row in overall:
        attempt = row["attempt_number"]
        made = [journey for journey in result["fct_lead_to_deal"] if journey["attempt_count"] == attempt]
        got_through = sum(journey["first_contact_at"] is not None for journey in made)
        assert said(
            "definitions.md",
            attempt,
            len(made),
            got_through,
            shown(got_through / len(made)),
            row["reached"],
            row["contacted"],
            shown(row["hazard"]),
        )


def test_goals_are_paced_by_working_days():
    target = {"month": date(2026, 6, 1), "metric": "leads", "channel": "all", "target": Decimal(110)}
    landed = number_rows(
        {
            "crm_lead": [
                lead(f"L{number}", "2 Jun 09:00")
                | {"_source_system": "crm", "_load_id": "1", "_loaded_at": AS_OF}
                for number in range(55)
            ]
        }
    )
    (goal,) = compute(landed, {"targets": [target]}, {"as_of": datetime(2026, 6, 15, 12)})[
        "rpt_goal_attainment"
    ]
    assert goal["expected_working_days"] == 50
    assert round(goal["pace"], 9) == 1.1
    assert round(goal["forecast"], 9) == 121
