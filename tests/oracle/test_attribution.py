"""Touch models and campaigns on examples worked out by hand.

Markov and Shapley are tested beside each other elsewhere.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.oracle.cases import became, deal, lead, marts, touch

MAILBOX = {"email": "a@a.example"}


def company(**more: object) -> dict:
    """Lead on the 10th, MQL 12th, deal of 100 created 14th and won 16th; touches on the 2nd, 9th, 13th and 15th."""
    return marts(
        crm_lead=[lead("1", 10, **MAILBOX)],
        crm_lead_history=[became("1", "mql", 12)],
        crm_opportunity=[deal("o", 14, 16, lead_id="1")],
        marketing_touch=[
            touch("t1", 2, campaign_id="g1"),
            touch("t2", 9, "event", campaign_id="g2"),
            touch("t3", 13),
            touch("t4", 15, campaign_id="g2"),
        ],
        **more,
    )


def weights(result: dict, conversion: str, model: str) -> dict[str, float]:
    return {
        row["touch_id"]: row["weight"]
        for row in result["fct_attribution_credit"]
        if (row["conversion"], row["model"]) == (conversion, model)
    }


def test_a_won_deal_with_four_touches():
    result = company()
    # Ages of 14, 7, 3 and 1 days weigh 1/4, 1/2, 2^(-3/7) and 2^(-1/7), together 2.398721...
    decay = [0.25, 0.5, 2 ** (-3 / 7), 2 ** (-1 / 7)]
    expected = {
        "first_touch": [1, 0, 0, 0],
        "last_touch": [0, 0, 0, 1],
        "linear": [0.25, 0.25, 0.25, 0.25],
        "u_shaped": [0.4, 0.1, 0.1, 0.4],
        "time_decay": [part / sum(decay) for part in decay],
        # First, last by the 10th, last by the 14th, and the rest; all four anchors and no rest.
        "w_shaped": [0.3, 0.3, 0.3, 0.1],
        "full_path": [0.25, 0.25, 0.25, 0.25],
    }
    for model, parts in expected.items():
        found = weights(result, "won", model)
        assert found == pytest.approx({f"t{n}": part for n, part in enumerate(parts, 1) if part}), model


def test_anchors_after_the_conversion_are_left_out_and_the_remainder_rescaled():
    result = company()
    # Lead: t1 and t2 before the 10th; first 30, lead 30, nothing else. Opportunity: t1 to t3, won is still to come.
    assert weights(result, "lead", "w_shaped") == {"t1": 0.5, "t2": 0.5}
    assert weights(result, "lead", "u_shaped") == {"t1": 0.5, "t2": 0.5}
    assert weights(result, "opportunity", "full_path") == pytest.approx(
        {"t1": 1 / 3, "t2": 1 / 3, "t3": 1 / 3}
    )


def test_one_touch_may_hold_several_anchors():
    result = marts(
        crm_lead=[lead("1", 10, **MAILBOX)],
        crm_opportunity=[deal("o", 14, 16, lead_id="1")],
        marketing_touch=[touch("t1", 2), touch("t2", 15)],
    )
    # t1 is first, lead and opportunity: 90 of 100 and 67.5 of 90; t2 is the rest, or the won anchor.
    assert weights(result, "won", "w_shaped") == {"t1": 0.9, "t2": 0.1}
    assert weights(result, "won", "full_path") == {"t1": 0.75, "t2": 0.25}


def test_every_cent_is_placed_and_the_lookback_is_open_at_its_start():
    result = company()
    cents = {
        row["touch_id"]: row["attributed_amount"]
        for row in result["fct_attribution_credit"]
        if (row["conversion"], row["model"]) == ("opportunity", "linear")
    }
    assert cents == {"t1": Decimal("33.34"), "t2": Decimal("33.33"), "t3": Decimal("33.33")}
    old = marts(crm_lead=[lead("1", 10, **MAILBOX)], marketing_touch=[touch("t", 10 - 90)])
    assert {(row["channel"], row["touch_id"]) for row in old["fct_attribution_credit"]} == {
        ("unattributed", None)
    }


def test_a_touch_has_the_models_side_by_side():
    paths = {
        row["touch_id"]: row
        for row in company()["fct_attribution_path"]
        if row["conversion"] == "opportunity"
    }
    assert [
        (
            row["first_touch_weight"],
            row["first_touch_amount"],
            row["last_touch_weight"],
            row["last_touch_amount"],
            row["linear_amount"],
        )
        for row in (paths[touch_id] for touch_id in ("t1", "t2", "t3"))
    ] == [
        (1.0, Decimal(100), 0.0, Decimal(0), Decimal("33.34")),
        (0.0, Decimal(0), 0.0, Decimal(0), Decimal("33.33")),
        (0.0, Decimal(0), 1.0, Decimal(100), Decimal("33.33")),
    ]
    assert paths["t2"]["campaign_id"] == "g2"


def test_units_of_deals_are_bridge_rows_and_unlinked_deals():
    result = marts(
        crm_lead=[lead("1", 1, **MAILBOX), lead("2", 2, converted_opportunity_id="o")],
        crm_opportunity=[
            deal("o", 14, lead_id="1"),
            deal("lone", 14),
            deal("kept", 15, opportunity_type="renewal"),
        ],
        marketing_touch=[touch("t", 3)],
    )
    found = [row for row in result["fct_attribution_credit"] if row["opportunity_id"]]
    assert {row["conversion"] for row in found} == {"opportunity"}
    assert sorted(
        (row["opportunity_id"], row["channel"], row["conversion_weight"], row["attributed_amount"])
        for row in found
        if row["model"] == "linear"
    ) == [
        ("lone", "unattributed", 1.0, Decimal("100.00")),
        ("o", "email", 0.5, Decimal("50.00")),
        ("o", "unattributed", 0.5, Decimal("50.00")),
    ]


def test_campaigns_source_by_the_first_touch_and_influence_by_any():
    spend = {"spend_date": date(2024, 6, 3), "platform": "ads", "campaign_id": "g2", "currency": "EUR"}
    result = company(
        campaign=[{"campaign_id": "g3", "name": "quiet"}],
        ad_spend=[spend | {"spend": Decimal(10)}],
    )
    rows = {row["campaign_id"]: row for row in result["rpt_campaign_performance"]}
    assert rows.keys() == {"g1", "g2", "g3"}
    assert (rows["g1"]["touches"], rows["g2"]["touches"], rows["g3"]["touches"]) == (1, 2, 0)
    assert (rows["g1"]["won_sourced"], rows["g1"]["won_amount_sourced"]) == (1.0, Decimal(100))
    assert (rows["g2"]["won_sourced"], rows["g2"]["won_influenced"]) == (0.0, 1.0)
    assert rows["g2"]["won_amount_influenced"] == Decimal(100)
    # No rate for EUR: the spend of the day is unknown, and nothing in the sum.
    assert (rows["g2"]["spend"], result["fct_ad_spend_daily"][0]["spend_reporting"]) == (Decimal(0), None)


def test_spend_has_its_own_channel_else_the_campaigns_else_that_of_the_rules():
    rule = dict.fromkeys(("utm_source", "utm_medium", "referrer", "click_id", "lead_source", "confidence"))
    rules = [
        rule | {"priority": 1, "click_id": "%", "channel": "paid_search"},
        rule | {"priority": 2, "channel": "other"},
    ]
    row = {"platform": "ads", "spend_date": date(2024, 6, 3), "spend": Decimal(10)}
    result = marts(
        {"channel_rules": rules},
        campaign=[
            {"campaign_id": "g1", "name": "1", "channel": " Display"},
            {"campaign_id": "g2", "name": "2"},
        ],
        ad_spend=[
            row | {"campaign_id": "g1"},
            row | {"campaign_id": "g2"},
            row | {"campaign_id": "g1", "platform": "b", "channel": "Email "},
        ],
    )
    assert [line["channel"] for line in result["fct_ad_spend_daily"]] == ["display", "other", "email"]
