"""Who is one person, whose a touch is and where it came from, on examples worked out by hand.

What happens to a person has tests of its own.
"""

from __future__ import annotations

from tests.oracle.cases import became, june, lead, marts
from tests.oracle.people import md5


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
