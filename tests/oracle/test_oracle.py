"""The warehouse agrees with the oracle on random worlds: every column of every mart, row by row.

Examples worked out by hand stand in the other tests here.
"""

from __future__ import annotations

import os
from datetime import datetime
from decimal import Decimal
from itertools import product
from math import isclose
from pathlib import Path

import pytest

from tests.oracle.agreements import METRICS, STAGES, agreement
from tests.oracle.attribution import CONVERSIONS, MODELS
from tests.oracle.compute import compute
from tests.oracle.data_quality import ALWAYS, CRITICAL
from tests.oracle.performance import MOVED
from tests.oracle.sla import COMMITMENTS
from tests.oracle.sla_reports import STATUSES
from tests.oracle.warehouse import number_rows, run_worlds
from tests.oracle.worlds import World

TOGETHER = 42
"""Worlds that share one warehouse run: a run costs seconds, whatever it holds."""
RUNS = -(-int(os.environ.get("ORACLE_WORLDS", "500")) // TOGETHER)
KEYS = {
    "fct_lead_to_deal": ("journey_id",),
    "fct_stage_event": ("stage_event_id",),
    "mart_mql": ("journey_id",),
    "mart_sql": ("journey_id",),
    "fct_opportunity": ("opportunity_id",),
    "bridge_journey_opportunity": ("journey_id", "opportunity_id"),
    "fct_touch": ("touch_id",),
    "fct_sales_activity": ("activity_id",),
    "dim_person": ("person_id",),
    "dim_account": ("account_id",),
    "dim_campaign": ("campaign_id",),
    "dim_channel": ("channel",),
    "dim_owner": ("owner_user_id",),
    "dim_date": ("date_day",),
    "dim_stage": ("stage",),
    "rpt_data_quality": ("check_name", "table_name", "subject"),
    "rpt_funnel": ("lead_month", "channel", "funnel_kind", "stage"),
    "rpt_qualification_agreement": ("lead_month", "channel", "stage"),
    "rpt_pipeline": ("close_month", "owner_user_id", "stage"),
    "fct_attribution_path": ("conversion", "journey_id", "opportunity_id", "touch_id"),
    "fct_attribution_credit": ("conversion", "journey_id", "opportunity_id", "touch_id", "model"),
    "fct_ad_spend_daily": ("spend_date", "platform", "campaign_id"),
    "rpt_channel_attribution": ("conversion", "model", "channel"),
    "rpt_channel_transition": ("conversion", "from_channel", "to_channel"),
    "rpt_campaign_performance": ("campaign_id",),
    "rpt_channel_performance": ("lead_month", "channel"),
    "rpt_movers": ("period_type", "period_start", "metric", "channel"),
    "rpt_contact_attempt_yield": ("channel", "attempt_number"),
    "rpt_customer_retention": ("acquisition_month", "channel", "months_since"),
    "rpt_customer_retention_by_sla": ("acquisition_month", "channel", "first_response", "months_since"),
    "rpt_goal_attainment": ("month", "metric", "channel"),
    "sla_marketing_commitment": ("month", "metric", "channel"),
    "fct_sla_event": ("sla_event_id",),
    **{f"sla_{commitment}": ("sla_event_id",) for commitment in COMMITMENTS},
    "dim_sla_policy": ("sla_policy_id", "valid_from"),
    "sla_compliance": ("month", "team", "owner_user_id", "sla_policy_id"),
    "rpt_response_time": ("month", "team", "measure"),
    "rpt_unmatched_channel": (
        "kind",
        "utm_source",
        "utm_medium",
        "referrer_host",
        "click_id_name",
        "lead_source",
        "platform",
    ),
    "rpt_sla_breaches": ("sla_event_id",),
}
SHOWN = 40


def worlds_of(number: int) -> list[World]:
    return [World(agreement(number), world) for world in range(TOGETHER)]


def together(worlds: list[World]) -> dict[str, list[dict]]:
    rows: dict[str, list[dict]] = {}
    for world in worlds:
        for table, mine in world.rows.items():
            rows.setdefault(table, []).extend(mine)
    return number_rows(rows)


def _equal(expected: object, found: object) -> bool:
    if isinstance(expected, float) and isinstance(found, float | Decimal):
        return isclose(expected, found, rel_tol=1e-6, abs_tol=1e-6)
    if isinstance(expected, datetime) != isinstance(found, datetime):
        return False
    return expected == found


def _by_key(mart: str, rows: list[dict]) -> dict[tuple, dict]:
    keyed = {tuple(row[column] for column in KEYS[mart]): row for row in rows}
    assert len(keyed) == len(rows), f"{mart}: {len(rows) - len(keyed)} rows share a key"
    return keyed


def differences(mart: str, expected: list[dict], found: list[dict], labels: dict[str, str]) -> list[str]:
    """One line a difference: mart, world where known, key, column, the oracle's value, the warehouse's."""
    oracle, warehouse = _by_key(mart, expected), _by_key(mart, found)
    lines = []
    for key in sorted(oracle.keys() | warehouse.keys(), key=str):
        world = next((labels[part] for part in key if part in labels), "")
        if key not in warehouse:
            lines.append(f"{mart} {world} {key}: missing in the warehouse, oracle has {oracle[key]}")
        elif key not in oracle:
            lines.append(f"{mart} {world} {key}: unknown to the oracle, warehouse has {warehouse[key]}")
        else:
            lines += [
                f"{mart} {world} {key} {column}: oracle {value!r}, warehouse {warehouse[key].get(column, 'none')!r}"
                for column, value in oracle[key].items()
                if column not in warehouse[key] or not _equal(value, warehouse[key][column])
            ]
    return lines


def _labels(worlds: list[World], number: int) -> dict[str, str]:
    """The world of each id and key that a row may be known by."""
    shared, labels = agreement(number), {}
    for world in worlds:
        made = compute(number_rows(world.rows), shared.seeds, shared.variables)
        for mart, key in KEYS.items():
            for row in made[mart] if not mart.startswith("rpt_") else ():
                labels |= {row[name]: world.label for name in key if name.endswith("_id") and row[name]}
    return labels


@pytest.mark.parametrize("number", range(RUNS))
def test_warehouse_agrees_with_the_oracle(number: int, tmp_path: Path):
    shared, worlds = agreement(number), worlds_of(number)
    landed = together(worlds)
    expected = compute(landed, shared.seeds, shared.variables)
    found = run_worlds(landed, shared.seeds, shared.variables, tmp_path)

    def different(labels: dict[str, str]) -> list[str]:
        return [line for mart in KEYS for line in differences(mart, expected[mart], found[mart], labels)]

    lines = different({})
    if lines:  # which worlds they are of costs four times what all else here does
        lines = different(_labels(worlds, number))
    assert not lines, (
        f"{len(lines)} differences in run {number}; `python -m tests.oracle.worlds {number} WORLD` prints a world\n"
        + "\n".join(lines[:SHOWN])
    )
    broken = [row for row in found["rpt_ledger"] if row["verdict"] != "balanced"]
    assert not broken


def test_worlds_are_many_and_reach_every_corner():
    """A generator that grew tame would let the comparison pass for nothing."""
    reached: dict[str, int] = {}
    corners: dict[tuple[str, str], set] = {
        ("bridge_journey_opportunity", "link_rule"): {"lead", "contact_role", "account"},
        ("fct_opportunity", "link_rule"): {"lead", "contact_role", "account", "unlinked"},
        ("fct_opportunity", "currency"): {"USD", "EUR", "GBP", "JPY", "CNY", "CHF"},
        ("fct_lead_to_deal", "current_stage"): set(STAGES),
        ("rpt_channel_attribution", "conversion"): set(CONVERSIONS),
        ("rpt_channel_attribution", "model"): {*MODELS, "markov", "shapley"},
        ("rpt_contact_attempt_yield", "stopped_by"): {"sample", "cost", "end", None},
        ("rpt_customer_retention", "is_censored"): {True, False},
        ("rpt_customer_retention_by_sla", "first_response"): {"met", "breached", "other"},
        ("rpt_goal_attainment", "metric"): set(METRICS),
        ("rpt_goal_attainment", "status"): {"achieved", "missed", "on_track", "at_risk", "behind", None},
        ("rpt_movers", "metric"): set(MOVED),
        ("rpt_data_quality", "check_name"): {check for check, *_ in ALWAYS} | {*CRITICAL, "unmapped_status"},
        ("rpt_data_quality", "status"): {"pass", "fail", "not_applicable"},
        ("rpt_unmatched_channel", "kind"): {"touch", "visit", "record", "spend"},
    }
    found: dict[tuple[str, str], set] = {corner: set() for corner in corners}
    verdicts, ids = set(), {"lead_id": set(), "contact_id": set(), "opportunity_id": set()}
    for number in range(RUNS):
        shared = agreement(number)
        for mart, rows in compute(together(worlds_of(number)), shared.seeds, shared.variables).items():
            reached[mart] = reached.get(mart, 0) + len(rows)
            verdicts |= {(r["commitment"], r["status"]) for r in rows if mart == "fct_sla_event"}
            for name, known in ids.items():
                known |= {row[name] for row in rows if row.get(name)}
            for where, values in found.items():
                if where[0] == mart:
                    values |= {row[where[1]] for row in rows}
    assert min(reached.values()) >= 50, reached
    assert found == corners
    assert set.intersection(*ids.values()), "no lead, contact and deal share an id"
    # A handoff is judged at once, so it never runs at risk.
    assert verdicts == set(product(COMMITMENTS, STATUSES)) - {("handoff", "at_risk")}
