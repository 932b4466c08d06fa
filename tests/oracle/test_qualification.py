"""Qualification rules on examples worked out by hand: versions, decay, replay, and which kind takes part.

Status words are tested with journeys.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.oracle.cases import became, june, lead, marts


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
