"""Rows of the reports: rpt_funnel, rpt_qualification_agreement, rpt_pipeline.

Reports are made of mart rows alone, as readers would.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from statistics import median

from tests.oracle import survival
from tests.oracle.bridge import NOTHING
from tests.oracle.clock import Clock, days
from tests.oracle.deals import Deal
from tests.oracle.stages import FUNNEL


def _slices(facts: list[dict], clock: Clock) -> dict[tuple[date, str], list[dict]]:
    """Journeys by local lead month and original channel."""
    slices = defaultdict(list)
    for fact in facts:
        slices[clock.month(fact["lead_at"]), fact["original_channel"]].append(fact)
    return slices


def _counts(fact: dict, kind: str, place: int) -> bool:
    if kind == "any_order":
        return FUNNEL.index(fact["furthest_stage"]) >= place
    stamps = [fact[f"{stage}_at"] for stage in FUNNEL[: place + 1]]
    return None not in stamps and stamps == sorted(stamps)


def funnel(facts: list[dict], bridged: list[dict], clock: Clock) -> list[dict]:
    new_business = defaultdict(Decimal)
    for row in bridged:
        if not row["is_repeat"]:
            new_business[row["journey_id"]] += row["amount_reporting"] or NOTHING

    def value(fact: dict, stage: str) -> Decimal:
        if stage == "customer":
            return fact["won_amount"]
        if stage == "opportunity":
            return new_business[fact["journey_id"]]
        return fact["potential_value"] or NOTHING

    rows = []
    for (month, channel), mine in _slices(facts, clock).items():
        for kind in ("any_order", "in_order"):
            volumes = [[fact for fact in mine if _counts(fact, kind, place)] for place in range(len(FUNNEL))]
            for stage, following, volume, after in zip(
                FUNNEL, [*FUNNEL[1:], None], volumes, [*volumes[1:], None], strict=True
            ):
                spans = [days(f[f"{stage}_at"], f[f"{following}_at"]) for f in volume] if following else []
                spans = [span for span in spans if span is not None]
                rows.append(
                    {
                        "lead_month": month,
                        "channel": channel,
                        "funnel_kind": kind,
                        "stage": stage,
                        "volume": len(volume),
                        "conversion": len(after) / len(volume) if following and volume else None,
                        "velocity": median(spans) if spans else None,
                        "value": sum((value(fact, stage) for fact in volume), NOTHING),
                    }
                    | survival.columns(volume, kind, stage, clock.as_of)
                )
    return rows


def qualification_agreement(facts: list[dict], clock: Clock) -> list[dict]:
    rows = []
    for (month, channel), mine in _slices(facts, clock).items():
        for stage in ("mql", "sql"):
            row = {"lead_month": month, "channel": channel, "stage": stage}
            for name, sides in {"agreed": (1, 1), "declared_only": (1, 0), "rule_only": (0, 1)}.items():
                found = [
                    fact
                    for fact in mine
                    if (bool(fact[f"declared_{stage}_at"]), bool(fact[f"rule_{stage}_at"])) == sides
                ]
                row[name] = len(found)
                row[f"{name}_customers"] = sum(fact["customer_at"] is not None for fact in found)
            rows.append(row)
    return rows


def pipeline(deals: list[Deal], bridged: list[dict], targets: list[dict], clock: Clock) -> list[dict]:
    by_id = {deal.id: deal for deal in deals}
    won = defaultdict(Decimal)
    for row in bridged:
        deal = by_id[row["opportunity_id"]]
        if deal.is_won and not row["is_repeat"]:
            won[clock.month(deal.closed_at)] += row["amount_reporting"] or NOTHING
    for deal in deals:
        if deal.is_won and not deal.people and not deal.renews:
            won[clock.month(deal.closed_at)] += deal.amount or NOTHING
    goals = {
        row["month"]: row["target"]
        for row in targets
        if row["metric"] == "won_amount" and row["channel"] == "all"
    }
    groups = defaultdict(list)
    for deal in deals:
        if not deal.is_closed and not deal.renews:
            due = deal.row["close_date"]
            month = due.replace(day=1) if due else None
            groups[month, deal.row["owner_user_id"], deal.row["stage"]].append(deal)
    rows = []
    for (month, owner, stage), mine in groups.items():
        amount = sum((deal.amount or NOTHING for deal in mine), NOTHING)
        missing = goals[month] - won[month] if month in goals else None
        rows.append(
            {
                "close_month": month,
                "owner_user_id": owner,
                "stage": stage,
                "open_deals": len(mine),
                "amount_reporting": amount,
                "coverage": float(amount / missing) if missing else None,
            }
        )
    return rows
