"""Promises on examples worked out by hand: each commitment's start, due instant, end and verdict.

Open time has its own examples in `test_business_time`.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.oracle.cases import AS_OF, became, deal, june, lead, marts
from tests.oracle.promises import blank_policy

# June 2024 begins on a Saturday: the 3rd is a Monday, the 8th and 9th a weekend.
MONDAY = 3
HOUR = 1 / 24
OFFICE = {
    "business_calendars": [{"calendar_id": "office", "timezone": "UTC"}],
    "business_hours": [
        {
            "calendar_id": "office",
            "weekday": day,
            "open": "09:00",
            "close": "18:00",
            "valid_from": None,
            "valid_until": None,
        }
        for day in "12345"
    ],
}


def policy(commitment: str, **terms: object) -> dict:
    usual = {"target_minutes": Decimal(120), "window_days": Decimal(2), "required_fields": "email|industry"}
    return blank_policy(f"p-{commitment}", commitment) | usual | terms


def owned(day: float, owner: str | None, before: str | None = None) -> dict:
    row = {"history_id": f"owner {day}", "lead_id": "1", "field": "owner_user_id", "old_value": before}
    return row | {"new_value": owner, "changed_at": june(day)}


def call(day: float, outcome: str = "no_answer") -> dict:
    row = {"activity_id": f"call {day}", "lead_id": "1", "activity_type": "call", "direction": "outbound"}
    return row | {"occurred_at": june(day), "outcome": outcome}


def judged(
    *terms: dict,
    history: tuple = (),
    calls: tuple = (),
    mql: float = MONDAY + 10 * HOUR,
    as_of: float = 29,
    seeds: dict | None = None,
    variables: dict | None = None,
    **more: object,
) -> dict[str, dict]:
    """Rows of fct_sla_event by commitment for lead 1, created on the 1st, owned by u unless said otherwise."""
    result = marts(
        OFFICE | {"sla_policies": list(terms)} | (seeds or {}),
        {"as_of": june(as_of)} | (variables or {}),
        crm_lead=[lead("1", 1, owner_user_id="u") | more],
        crm_lead_history=[became("1", "mql", mql), *history],
        crm_activity=list(calls),
        crm_user=[{"user_id": "u", "team": "north"}, {"user_id": "v", "team": "south"}],
    )
    return {row["commitment"]: row for row in result["fct_sla_event"]}


def test_first_response_is_due_in_business_minutes_and_late_calls_breach():
    friday = 7 + 17 * HOUR
    for day, status, business in ((10 + 10 * HOUR, "met", 120.0), (10 + 10.5 * HOUR, "breached", 150.0)):
        row = judged(policy("first_response"), mql=friday, calls=(call(day),))["first_response"]
        assert (row["status"], row["due_at"]) == (status, june(10 + 10 * HOUR))
        assert row["elapsed_business_minutes"] == pytest.approx(business)
        assert row["ended_at"] == june(day)
        assert row["breached_at"] == (june(10 + 10 * HOUR) if status == "breached" else None)
        assert (row["owner_user_id"], row["team"], row["calendar_id"]) == ("u", "north", "office")


def test_a_running_clock_is_pending_then_at_risk_then_breached():
    risky = policy("first_response", at_risk_fraction=Decimal("0.5"))
    for hours, status in ((10.5, "pending"), (11, "at_risk"), (12, "at_risk"), (12.01, "breached")):
        assert judged(risky, as_of=MONDAY + hours * HOUR)["first_response"]["status"] == status
    never = policy("first_response")
    assert judged(never, as_of=MONDAY + 12 * HOUR)["first_response"]["status"] == "pending"


def test_given_up_before_due_excuses_and_after_it_does_not():
    for stage in ("recycled", "disqualified", "closed_lost"):
        for hours, excused in ((11, True), (12, False)):
            rows = judged(policy("first_response"), history=(became("1", stage, MONDAY + hours * HOUR),))
            row = rows["first_response"]
            if excused and stage != "closed_lost":
                assert (row["status"], row["exclusion_reason"]) == ("excluded", stage)
                assert row["elapsed_business_minutes"] == pytest.approx(60)
            else:
                assert row["status"] == "breached"
    calls = (call(MONDAY + 11 * HOUR),)
    given_up = (became("1", "recycled", MONDAY + 11 * HOUR),)
    assert (
        judged(policy("first_response"), history=given_up, calls=calls)["first_response"]["status"] == "met"
    )


def test_the_clock_starts_when_somebody_owns_the_lead():
    assigned = policy("first_response", clock_start="assigned_at")
    history = (owned(2, None, before="v"), owned(4 + 9 * HOUR, "v"), owned(5, "u"))
    row = judged(assigned, history=history)["first_response"]
    assert (row["started_at"], row["owner_user_id"], row["team"]) == (june(4 + 9 * HOUR), "v", "south")
    before = (owned(4 + 9 * HOUR, "u", before="v"),)
    row = judged(assigned, history=before)["first_response"]
    assert (row["started_at"], row["owner_user_id"]) == (june(MONDAY + 10 * HOUR), "v")


def test_a_clock_nobody_started_is_pending_until_the_lead_is_given_up():
    assigned = [
        policy(name, clock_start="assigned_at") for name in ("first_response", "acceptance", "handoff")
    ]
    rows = judged(*assigned, owner_user_id=None)
    assert {row["status"] for row in rows.values()} == {"pending"}
    assert {row["started_at"] for row in rows.values()} == {None}
    rows = judged(*assigned, owner_user_id=None, history=(became("1", "recycled", 5),))
    assert {name: (row["status"], row["elapsed_minutes"]) for name, row in rows.items()} == {
        "first_response": ("excluded", 0.0),
        "acceptance": ("pending", None),
        "handoff": ("excluded", None),
    }


def test_acceptance_ends_with_any_answer_also_a_recycling():
    for stage in ("sal", "sql", "recycled", "disqualified", "closed_lost"):
        row = judged(policy("acceptance"), history=(became("1", stage, MONDAY + 11 * HOUR),))["acceptance"]
        assert (row["status"], row["elapsed_minutes"]) == ("met", pytest.approx(60))


def test_acceptance_of_what_was_accepted_before_its_start_takes_no_time():
    late = (owned(1, None), owned(6 + 10 * HOUR, "u"), became("1", "sal", 4))
    row = judged(policy("acceptance", clock_start="assigned_at"), history=late)["acceptance"]
    assert (row["status"], row["ended_at"], row["elapsed_minutes"]) == ("met", june(6 + 10 * HOUR), 0.0)


def test_attempts_have_days_of_24_hours_and_several_ways_to_end():
    three, start = policy("attempts", min_attempts=3), MONDAY + 10 * HOUR
    tries = (call(start), call(start + 1), call(start + 2))
    row = judged(three, calls=tries)["attempts"]
    assert (row["status"], row["ended_at"], row["attempts"]) == ("met", june(start + 2), 3)
    row = judged(three, calls=(*tries[:2], call(start + 1.5, "connected")))["attempts"]
    assert (row["status"], row["ended_at"], row["attempts"]) == ("met", june(start + 1.5), 3)
    row = judged(three, calls=tries[:1], history=(became("1", "sal", start + 1),))["attempts"]
    assert (row["status"], row["ended_at"], row["attempts"]) == ("met", june(start + 1), 1)
    row = judged(three, calls=(*tries[:2], call(start + 2.1)))["attempts"]
    assert (row["status"], row["ended_at"], row["attempts"]) == ("breached", None, 2)


def test_handoff_is_judged_at_the_assignment_with_the_values_of_then():
    def filled(day: float, field: str, before: str | None, after: str) -> dict:
        row = {"history_id": f"{field} {day}", "lead_id": "1", "field": field, "changed_at": june(day)}
        return row | {"old_value": before, "new_value": after}

    whole = {"email": "a@a.example", "industry": "Steel"}
    assert judged(policy("handoff"), **whole)["handoff"]["status"] == "met"
    history = (filled(20, "email", "not an address", "a@a.example"),)
    row = judged(policy("handoff"), history=history, **whole)["handoff"]
    assert (row["status"], row["missing_fields"], row["completeness"]) == ("breached", "email", 0.5)
    assert (row["filled_later"], row["elapsed_minutes"]) == (True, None)
    row = judged(policy("handoff"), email="a@a.example", industry=" ")["handoff"]
    assert (row["missing_fields"], row["filled_later"]) == ("industry", False)


def test_the_lowest_priority_that_matches_at_the_mql_holds_for_good():
    policies = [
        policy("first_response", sla_policy_id="all", priority=50),
        policy("first_response", sla_policy_id="b", priority=10, country="de|br"),
        policy("first_response", sla_policy_id="a", priority=10, min_employee_count=10),
        policy("first_response", sla_policy_id="old", priority=1, valid_until=june(2).date()),
    ]
    for attributes, expected in (
        ({"country": " BR "}, "b"),
        ({"country": "BR", "employee_count": 10}, "a"),
        ({"country": "FR", "employee_count": 9}, "all"),
        ({}, "all"),
    ):
        assert judged(*policies, **attributes)["first_response"]["sla_policy_id"] == expected
    assert judged(*policies[1:]) == {}


def test_without_hours_only_what_they_measure_is_excluded():
    promised = [policy("first_response", calendar_id="nowhere"), policy("attempts", calendar_id="nowhere")]
    rows = judged(*promised, calls=(call(4, "held"),))
    row = rows["first_response"]
    assert (
        row["status"],
        row["exclusion_reason"],
        row["due_at"],
        row["ended_at"],
        row["elapsed_minutes"],
    ) == (
        "excluded",
        "outside_calendar",
        None,
        None,
        None,
    )
    assert (rows["attempts"]["status"], rows["attempts"]["elapsed_business_minutes"]) == ("met", None)


def test_reports_count_what_the_rows_say():
    result = marts(
        OFFICE | {"sla_policies": [policy("first_response"), policy("handoff")]},
        crm_lead=[
            lead(key, 1, owner_user_id="u", potential_value=Decimal(value))
            for key, value in (("1", 5), ("2", 9))
        ],
        crm_lead_history=[became(key, "mql", MONDAY + 10 * HOUR) for key in "12"],
        crm_activity=[call(MONDAY + 10 * HOUR + 4 / 1440), call(MONDAY + 11 * HOUR)],
        crm_user=[{"user_id": "u", "team": "north"}],
    )
    counts = {row["sla_policy_id"]: row for row in result["sla_compliance"]}
    assert (counts["p-first_response"]["met"], counts["p-first_response"]["attainment"]) == (1, 0.5)
    assert (counts["p-handoff"]["breached"], counts["p-handoff"]["attainment"]) == (2, 0.0)
    clock, business = sorted(result["rpt_response_time"], key=lambda row: row["measure"], reverse=True)
    for row in (clock, business):
        assert (row["responses"], row["under_5"], row["over_60"]) == (1, 1, 0)
        assert (row["p50"], row["p95"]) == (pytest.approx(4), pytest.approx(4))
    first, second, third = sorted(result["rpt_sla_breaches"], key=lambda row: row["rank"])
    assert [row["potential_value"] for row in (first, second, third)] == [9, 9, 5]
    assert [row["owed_by"] for row in (first, second, third)] == ["marketing", "sales", "marketing"]
    assert second["minutes_late"] == (AS_OF - june(MONDAY + 12 * HOUR)) / timedelta(minutes=1)


def test_business_speed_follows_the_first_response_or_the_owner():
    other = {"business_calendars": [*OFFICE["business_calendars"], {"calendar_id": "all", "timezone": "UTC"}]}
    other["business_hours"] = OFFICE["business_hours"] + [
        {"calendar_id": "all", "weekday": day, "open": "00:00", "close": "24:00"}
        | dict.fromkeys(("valid_from", "valid_until"))
        for day in "1234567"
    ]
    for policies, expected in (([policy("first_response", calendar_id="office")], 180), ([], 18 * 60)):
        (row,) = marts(
            OFFICE | other | {"sla_policies": policies},
            crm_lead=[lead("1", 1, owner_user_id="u")],
            crm_lead_history=[became("1", "mql", MONDAY + 16 * HOUR)],
            crm_activity=[call(MONDAY + 34 * HOUR)],
            crm_user=[{"user_id": "u", "calendar_id": "ALL"}],
        )["fct_lead_to_deal"]
        assert row["speed_to_lead_minutes"] == pytest.approx(18 * 60)
        assert row["speed_to_lead_business_minutes"] == pytest.approx(expected)


def test_deals_that_were_lost_answer_acceptance_but_excuse_nobody():
    result = marts(
        OFFICE | {"sla_policies": [policy("acceptance"), policy("first_response")]},
        crm_lead=[lead("1", 1, owner_user_id="u")],
        crm_lead_history=[became("1", "mql", MONDAY + 10 * HOUR)],
        crm_opportunity=[deal("o", 1.5, MONDAY + 11 * HOUR, won=False, lead_id="1")],
    )
    statuses = {row["commitment"]: row["status"] for row in result["fct_sla_event"]}
    assert statuses == {"acceptance": "met", "first_response": "breached"}
