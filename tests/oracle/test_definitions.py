"""The oracle itself on examples worked out by hand from the definitions, each where a reading could slip.

Nothing here runs the warehouse.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.oracle.clock import Clock
from tests.oracle.compute import compute
from tests.oracle.money import Rates, cents, cut
from tests.oracle.patterns import condition_holds, like
from tests.oracle.people import md5
from tests.oracle.records import valid_email, valid_phone
from tests.oracle.warehouse import number_rows

AS_OF = datetime(2024, 6, 30)
MAPPING = [
    {"source_system": None, "object": "lead", "value": stage, "stage": stage}
    for stage in ("mql", "sal", "sql", "recycled", "disqualified", "customer", "closed_lost")
]


def june(day: float) -> datetime:
    return datetime(2024, 6, 1) + timedelta(days=day - 1)


def marts(seeds: dict | None = None, variables: dict | None = None, **tables: list[dict]) -> dict:
    """The oracle's marts for tables of rows that name only what matters."""
    meta = {"_source_system": "crm", "_load_id": "1", "_loaded_at": AS_OF}
    landed = number_rows({table: [meta | row for row in rows] for table, rows in tables.items()})
    return compute(landed, {"stage_mapping": MAPPING} | (seeds or {}), {"as_of": AS_OF} | (variables or {}))


def lead(key: str, day: float, **more: object) -> dict:
    return {"lead_id": key, "created_at": june(day), "status": "new"} | more


def became(key: str, stage: str, day: float) -> dict:
    row = {"history_id": f"{key} {stage} {day}", "lead_id": key, "field": "status"}
    return row | {"new_value": stage, "changed_at": june(day)}


def deal(key: str, day: float, closed: float | None = None, won: bool = True, **more: object) -> dict:
    row = {"opportunity_id": key, "created_at": june(day), "amount": Decimal(100)}
    if closed is not None:
        row |= {"closed_at": june(closed), "is_closed": True, "is_won": won}
    return row | more


def story(result: dict) -> list[tuple[int, str, datetime]]:
    """Cycle, stage and own timestamp of each kept event, in cutting order."""
    cycles = {row["journey_id"]: row["cycle_number"] for row in result["fct_lead_to_deal"]}
    return [(cycles[r["journey_id"]], r["stage"], r["entered_at"]) for r in result["fct_stage_event"]]


@pytest.mark.parametrize(
    ("zone", "day", "instant"),
    [
        ("UTC", date(2024, 6, 1), datetime(2024, 6, 1)),
        ("America/New_York", date(2024, 3, 10), datetime(2024, 3, 10, 5)),
        # Midnight is skipped: 00:00 jumps to 01:00, the instant of the jump.
        ("Africa/Cairo", date(2024, 4, 26), datetime(2024, 4, 25, 22)),
        # The whole day is skipped: the clock jumps from the 29th's end to the 31st.
        ("Pacific/Apia", date(2011, 12, 30), datetime(2011, 12, 30, 10)),
        # The hour before midnight is repeated, midnight itself is not.
        ("Africa/Cairo", date(2023, 10, 27), datetime(2023, 10, 26, 22)),
        # Midnight is shown twice: 01:00 falls back to it, the first pass counts.
        ("America/Havana", date(2024, 11, 3), datetime(2024, 11, 3, 4)),
    ],
)
def test_a_local_midnight_is_the_first_instant_the_clock_shows_it_or_later(zone, day, instant):
    assert Clock(AS_OF, zone).midnight(day) == instant


def test_emails_and_phones():
    assert valid_email("  Ann@Example.COM ") == "ann@example.com"
    assert [valid_email(text) for text in ("a@b", "a b@c.de", "a@b..de", "@b.de", None)] == [None] * 5
    assert valid_phone("0049 (151) 234-567", None) == "+49151234567"
    assert valid_phone("0151/234567", None) is None
    assert valid_phone("0151/234567", "49") == "+49151234567"
    assert [valid_phone(text, None) for text in ("+0491512345", "+123456", "+1234567890123456")] == [None] * 3


def test_patterns_and_conditions():
    assert like("goo%| bing ", "Google ")
    assert like("goo%| bing ", "BING")
    assert not like("a_b", "ab")
    assert not like("%", None)
    assert condition_holds("between", "10|200", 10)
    assert condition_holds("in", "5|10.0", 10)
    assert condition_holds("not_in", "de|fr", "US")
    assert not condition_holds("not_in", "de|fr", None)
    assert condition_holds("contains", "chief|vp", "VP Sales")


def test_money_rounds_half_away_from_zero_and_cuts_whole_cents():
    assert [cents(Decimal(text)) for text in ("1.005", "-1.005")] == [Decimal("1.01"), Decimal("-1.01")]
    rates = Rates(
        [{"currency": "EUR", "valid_from": date(2024, 6, 2), "rate_to_reporting": Decimal("1.1")}], "USD"
    )
    assert rates.convert(Decimal("10"), "eur", date(2024, 6, 2)) == Decimal("11.00")
    assert rates.convert(Decimal("10"), "EUR", date(2024, 6, 1)) is None
    assert rates.convert(Decimal("10"), None, date(2024, 6, 1)) == Decimal("10.00")
    thirds = [(key, Fraction(1, 3)) for key in "cab"]
    assert cut(Decimal("-0.05"), thirds) == {
        "a": Decimal("-0.02"),
        "b": Decimal("-0.02"),
        "c": Decimal("-0.01"),
    }
    assert cut(None, thirds) == dict.fromkeys("abc")


def test_the_newest_version_speaks_unless_it_is_from_the_future():
    versions = [
        lead("1", 1, updated_at=None, company_name="null"),
        lead("1", 1, updated_at=june(5), company_name="known"),
        lead("1", 1, updated_at=june(40), company_name="future"),
    ]
    assert marts(crm_lead=versions)["fct_lead_to_deal"][0]["company_name"] == "known"
    assert marts(crm_lead=versions[2:])["fct_lead_to_deal"][0]["company_name"] == "future"
    assert marts(crm_lead=[lead("1", 40)])["fct_lead_to_deal"] == []


def test_merges_follow_chains_into_cycles_and_leave_with_a_deleted_survivor():
    people = marts(
        crm_lead=[
            lead("1", 1, merged_into_lead_id="2", is_deleted=True),
            lead("2", 2, merged_into_lead_id="3"),
            lead("3", 3, merged_into_lead_id="4"),
            lead("4", 4, merged_into_lead_id="4"),
            lead("5", 5, merged_into_lead_id="missing"),
            lead("6", 6, merged_into_lead_id="7"),
            lead("7", 7, is_deleted=True),
        ],
        crm_lead_history=[became("1", "mql", 9)],
        crm_activity=[{"activity_id": "a", "lead_id": "1", "activity_type": "call", "occurred_at": june(9)}],
    )
    assert {row["lead_id"] for row in people["fct_lead_to_deal"]} == {"4", "5"}
    four = next(row for row in people["fct_lead_to_deal"] if row["lead_id"] == "4")
    assert four["mql_at"] == june(9)
    assert people["fct_sales_activity"][0]["journey_id"] == four["journey_id"]


def test_persons_by_pointer_mail_and_phone():
    seeds = {"shared_mailboxes": [{"pattern": "info@%"}]}
    people = marts(
        seeds,
        {"max_phone_sharing": 2},
        crm_lead=[
            lead("1", 1, email="a@x.de"),
            lead("2", 1, email=" A@X.de", phone="+49123456789"),
            lead("3", 1, email="info@x.de", phone="+4912345678"),
            lead("4", 1, email="info@x.de", phone="0049 12345678"),
            lead("5", 1, phone="+49123456789"),
        ],
    )["dim_person"]
    # 3 and 4 have no usable mail and share a phone; 5 shares its phone with 2 alone, which has a usable mail.
    assert {row["person_id"]: row["record_count"] for row in people} == {
        md5("lead:1"): 2,
        md5("lead:3"): 2,
        md5("lead:5"): 1,
    }


def test_touches_of_contact_mail_and_first_claim():
    touch = {"touch_type": "visit", "anonymous_id": "n"}
    rows = marts(
        marketing_contact=[
            {"contact_id": "c", "created_at": june(1)},
            {"contact_id": "l", "created_at": june(1), "email": "old@x.de", "merged_into_contact_id": "c"},
        ],
        crm_lead=[lead("1", 1, email="a@x.de")],
        marketing_touch=[
            touch | {"touch_id": "1", "occurred_at": june(5), "email": "a@x.de"},
            touch | {"touch_id": "2", "occurred_at": june(4), "email": "old@x.de"},
            touch | {"touch_id": "3", "occurred_at": june(2)},
            {"touch_id": "4", "occurred_at": june(2), "touch_type": "visit", "email": "nobody@x.de"},
        ],
    )["fct_touch"]
    contact, one = md5("contact:c"), md5("lead:1")
    assert {row["touch_id"]: row["person_id"] for row in rows} == {
        "1": one,
        "2": contact,
        "3": contact,
        "4": None,
    }


def test_channels_by_priority_and_the_lead_source_without_touches():
    blank = dict.fromkeys(("utm_source", "utm_medium", "referrer", "click_id", "lead_source", "confidence"))
    rules = [
        blank | {"priority": 2, "utm_source": "goo%", "channel": "organic_search"},
        blank | {"priority": 1, "utm_source": "google", "click_id": "%", "channel": "paid_search"},
        blank | {"priority": 9, "lead_source": "web", "channel": "referral"},
    ]
    result = marts(
        {"channel_rules": rules},
        crm_lead=[lead("1", 3, email="a@x.de"), lead("2", 3, lead_source=" Web")],
        marketing_touch=[
            {
                "touch_id": "1",
                "touch_type": "v",
                "email": "a@x.de",
                "occurred_at": june(1),
                "utm_source": "google",
            },
            {
                "touch_id": "2",
                "touch_type": "v",
                "email": "a@x.de",
                "occurred_at": june(2),
                "utm_source": "google",
                "click_id": "x",
            },
            {
                "touch_id": "3",
                "touch_type": "v",
                "email": "a@x.de",
                "occurred_at": june(4),
                "channel": " Email ",
            },
        ],
    )
    found = {row["lead_id"]: row for row in result["fct_lead_to_deal"]}
    columns = ("original_channel", "lead_channel", "source_confidence")
    assert [found["1"][name] for name in columns] == ["organic_search", "paid_search", "utm"]
    assert [found["2"][name] for name in columns] == ["referral", "referral", "declared"]
    assert [(r["channel"], r["source_confidence"]) for r in result["fct_touch"]][2] == ("email", "declared")


def test_equal_consecutive_stages_of_one_lead_collapse_across_unmapped_words():
    result = marts(
        crm_lead=[lead("1", 1)],
        crm_lead_history=[
            became("1", "mql", 2),
            became("1", "thinking", 3),
            became("1", "mql", 4),
            became("1", "sal", 5),
            became("1", "mql", 6),
        ],
    )
    assert [(stage, at.day) for _, stage, at in story(result)] == [
        ("lead", 1),
        ("mql", 2),
        ("sal", 5),
        ("mql", 6),
    ]
    assert [row["is_regression"] for row in result["fct_stage_event"]] == [False, False, False, True]


def test_a_recycled_person_comes_back_in_a_journey_of_its_own():
    result = marts(
        crm_lead=[lead("1", 1)],
        crm_lead_history=[became("1", "mql", 2), became("1", "recycled", 3), became("1", "mql", 9)],
    )
    first, second = result["fct_lead_to_deal"]
    assert (first["ended_at"], first["current_stage"], first["is_open"]) == (june(3), "recycled", False)
    assert (second["lead_at"], second["mql_at"], second["is_reentry"]) == (june(9), june(9), True)
    assert result["mart_mql"][1]["is_nurtured"]
    assert second["skipped_stage_count"] == 0


def test_an_inferred_status_begins_a_journey_only_for_a_lead_created_after_the_end():
    history = [became("1", "recycled", 3)]
    old = lead("2", 2, email="a@x.de", status="mql", updated_at=june(8))
    late = old | {"created_at": june(4)}
    one = lead("1", 1, email="a@x.de")
    kept = marts(crm_lead=[one, old], crm_lead_history=history)
    assert story(kept) == [(1, "lead", june(1)), (1, "recycled", june(3)), (1, "mql", june(8))]
    assert [row["is_inferred"] for row in kept["fct_stage_event"]] == [False, False, True]
    again = marts(crm_lead=[one, late], crm_lead_history=history)
    assert story(again)[2:] == [(2, "lead", june(4)), (2, "mql", june(8))]


def test_a_deal_before_its_lead_keeps_its_timestamps_and_is_flagged():
    result = marts(crm_lead=[lead("1", 5)], crm_opportunity=[deal("o", 2, 3, lead_id="1")])
    (row,) = result["fct_lead_to_deal"]
    assert (row["lead_at"], row["opportunity_at"], row["customer_at"]) == (june(5), june(2), june(3))
    assert (row["ended_at"], row["is_out_of_order"], row["days_lead_to_customer"]) == (june(5), True, -2.0)
    assert (row["skipped_stage_count"], row["furthest_stage"]) == (3, "customer")


def test_a_lost_deal_ends_the_journey_only_when_no_other_is_open():
    result = marts(
        crm_lead=[lead("1", 1)],
        crm_opportunity=[
            deal("a", 2, 4, won=False, lead_id="1"),
            deal("b", 3, 6, won=False, lead_id="1"),
            deal("c", 8, lead_id="1"),
        ],
    )
    assert [(cycle, stage) for cycle, stage, _ in story(result)] == [
        (1, "lead"),
        (1, "opportunity"),
        (1, "opportunity"),
        (1, "closed_lost"),
        (1, "closed_lost"),
        (2, "opportunity"),
    ]
    assert result["fct_lead_to_deal"][0]["ended_at"] == june(6)


def test_a_closing_belongs_to_the_journey_of_its_deal_even_after_the_next_began():
    result = marts(
        crm_lead=[lead("1", 1)],
        crm_lead_history=[became("1", "recycled", 3), became("1", "mql", 5)],
        crm_opportunity=[deal("a", 2, 7, lead_id="1")],
    )
    first, second = result["fct_lead_to_deal"]
    assert (first["current_stage"], first["ended_at"], first["customer_at"]) == ("customer", june(3), june(7))
    assert (second["is_open"], second["customer_at"]) == (True, None)


def test_a_deal_that_closes_at_an_instant_is_not_open_at_it():
    result = marts(
        crm_lead=[lead("1", 1)],
        crm_lead_history=[became("1", "recycled", 3), became("1", "mql", 5), became("1", "closed_lost", 9)],
        crm_opportunity=[deal("a", 2, 9, won=False, lead_id="1")],
    )
    assert [row["ended_at"] for row in result["fct_lead_to_deal"]] == [june(3), june(9)]
    assert result["fct_lead_to_deal"][1]["current_stage"] == "closed_lost"


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


def test_an_account_deal_never_begins_a_journey():
    result = marts(
        crm_lead=[lead("1", 1, converted_account_id="acme")],
        crm_lead_history=[became("1", "recycled", 3)],
        crm_opportunity=[deal("a", 5, 6, account_id="acme")],
    )
    assert [(cycle, stage) for cycle, stage, _ in story(result)] == [
        (1, "lead"),
        (1, "recycled"),
        (1, "opportunity"),
        (1, "customer"),
    ]
    assert result["fct_lead_to_deal"][0]["ended_at"] == june(3)


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


def _terms(version: str, since: date | None, until: date | None, **minima: Decimal) -> dict:
    blank = dict.fromkeys(("min_fit", "min_intent", "min_total", "intent_half_life_days"))
    return (
        blank | minima | {"stage": "mql", "rule_version": version, "valid_from": since, "valid_until": until}
    )


def _points(version: str, dimension: str, value: str, points: int) -> dict:
    row = {"stage": "mql", "rule_version": version, "valid_from": None, "valid_until": None}
    return row | {"dimension": dimension, "operator": "in", "value": value, "points": Decimal(points)}


def test_a_rule_qualifies_once_under_the_version_in_force_and_intent_decays():
    seeds = {
        "stage_mapping": [],
        "qualification_thresholds": [
            _terms("v1", None, date(2024, 6, 4), min_intent=Decimal(11)),
            _terms("v2", date(2024, 6, 5), None, min_total=Decimal(25), intent_half_life_days=Decimal(2)),
        ],
        "qualification_rules": [
            _points("v1", "touch_type", "form", 10),
            _points("v2", "touch_type", "form", 10),
            _points("v2", "country", "de", 10),
        ],
    }
    tables = {
        "crm_lead": [lead("1", 2, email="a@x.de", country="DE")],
        "marketing_touch": [
            {"touch_id": str(day), "email": "a@x.de", "touch_type": "form", "occurred_at": june(day)}
            for day in (1, 5, 7)
        ],
    }
    # v1 asks 11 and sees 10. v2 on the 5th: 10 + 10 + 10 * 2^-2 = 22.5; on the 7th: 10 + 10 + 5 + 1.25 = 26.25.
    result = marts(seeds, **tables)
    (row,) = result["mart_mql"]
    assert (row["mql_at"], row["qualification_version"]) == (june(7), "v2")
    assert (row["fit_score"], row["intent_score"], row["touches_before"]) == (10.0, 16.25, 3)
    replayed = marts(seeds, {"replay_version": "v1"}, **tables)
    assert replayed["mart_mql"][0]["mql_at"] == june(5)


def test_the_kind_that_takes_no_part_fills_its_column_only():
    seeds = {
        "qualification_thresholds": [_terms("v1", None, None, min_fit=Decimal(5))],
        "qualification_rules": [_points("v1", "country", "de", 5)],
    }
    tables = {"crm_lead": [lead("1", 1, country="de")], "crm_lead_history": [became("1", "mql", 3)]}
    expected = {"declared": june(3), "rule": june(1), "earliest": june(1)}
    for basis, at in expected.items():
        (row,) = marts(seeds, {"mql_basis": basis}, **tables)["fct_lead_to_deal"]
        assert (row["mql_at"], row["declared_mql_at"], row["rule_mql_at"]) == (at, june(3), june(1))
    agreed = marts(seeds, **tables)["rpt_qualification_agreement"]
    assert [(row["stage"], row["agreed"]) for row in agreed] == [("mql", 1), ("sql", 0)]


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
