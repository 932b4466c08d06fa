"""A person's events cut into journeys, on examples worked out by hand.

Which persons a deal is linked to stands in test_deals.
"""

from __future__ import annotations

from tests.oracle.cases import became, deal, june, lead, marts, story


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


def test_a_status_that_repeats_a_loss_ends_nothing():
    result = marts(
        crm_lead=[lead("1", 1)],
        crm_lead_history=[became("1", "recycled", 3), became("1", "closed_lost", 9)],
        crm_opportunity=[deal("a", 2, 8, won=False, lead_id="1"), deal("b", 5, 7, won=False, lead_id="1")],
    )
    first, second = result["fct_lead_to_deal"]
    # b is lost while a is open, a belongs to the first journey, and the status repeats the loss of b.
    assert (first["ended_at"], first["closed_lost_at"]) == (june(3), june(8))
    assert (second["ended_at"], second["current_stage"], second["is_open"]) == (None, "opportunity", True)


def test_a_loss_ends_a_journey_whatever_repeats_another_at_that_instant():
    same = {"email": "a@a.example"}
    result = marts(
        crm_lead=[lead("1", 1, **same), lead("2", 1, **same)],
        crm_lead_history=[became("1", "closed_lost", 3), became("2", "closed_lost", 9)],
        crm_opportunity=[deal("a", 2, 9, won=False, lead_id="1")],
    )
    (row,) = result["fct_lead_to_deal"]
    assert (row["ended_at"], row["current_stage"]) == (june(9), "closed_lost")


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


def test_a_crm_contact_moves_no_event():
    result = marts(
        crm_lead=[lead("1", 10, converted_contact_id="k")],
        crm_contact=[{"crm_contact_id": "k", "created_at": june(1)}],
        crm_opportunity=[deal("a", 5, lead_id="1")],
    )
    (row,) = result["fct_lead_to_deal"]
    assert (row["lead_at"], row["opportunity_at"], row["is_out_of_order"]) == (june(10), june(5), True)


def test_creations_of_one_instant_go_by_the_ids_of_their_records():
    one, other = (lead(key, 1, marketing_contact_id="2") for key in "13")
    contact = {"contact_id": "2", "created_at": june(1)}
    (row,) = marts(crm_lead=[one, other], marketing_contact=[contact])["fct_lead_to_deal"]
    # The lead 1 is created first; were the contact first, the last lead created by then would speak.
    assert row["lead_id"] == "1"
