"""Rows of rpt_channel_performance and rpt_movers: lead cohorts by channel, and what moved them.

Spend and visits are given a channel elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from tests.oracle.bridge import NOTHING
from tests.oracle.clock import Clock

COUNTED = {
    "leads": "lead_at",
    "mqls": "mql_at",
    "sqls": "sql_at",
    "opportunities": "opportunity_at",
    "customers": "customer_at",
}
RATES = {
    "visit_to_lead": ("leads", "visits"),
    "lead_to_mql": ("mqls", "leads"),
    "mql_to_sql": ("sqls", "mqls"),
    "sql_to_opportunity": ("opportunities", "sqls"),
    "opportunity_to_customer": ("customers", "opportunities"),
    "lead_to_customer": ("customers", "leads"),
    "cost_per_lead": ("spend", "leads"),
    "cost_per_mql": ("spend", "mqls"),
    "cost_per_sql": ("spend", "sqls"),
    "cost_per_customer": ("spend", "customers"),
}
MOVED = {
    "mqls": "leads",
    "sqls": "mqls",
    "opportunities": "sqls",
    "customers": "leads",
    "won_amount": "customers",
}
"""Each headline metric of rpt_movers, and its base."""


def cohorts(facts: list[dict], clock: Clock) -> dict[tuple[date, str], dict]:
    """Stage counts and won_amount by (local lead month, original channel)."""
    sums: dict[tuple[date, str], dict] = {}
    for fact in facts:
        key = clock.month(fact["lead_at"]), fact["original_channel"]
        row = sums.setdefault(key, dict.fromkeys(COUNTED, 0) | {"won_amount": NOTHING})
        for name, column in COUNTED.items():
            row[name] += fact[column] is not None
        row["won_amount"] += fact["won_amount"]
    return sums


def channel_performance(facts: list[dict], traffic: dict[tuple, dict], clock: Clock) -> list[dict]:
    """Rows of rpt_channel_performance; `traffic` has visits and spend by (month, channel)."""
    counted = cohorts(facts, clock)
    none = dict.fromkeys(COUNTED, 0) | {"won_amount": NOTHING}
    rows = []
    for month, channel in counted.keys() | traffic.keys():
        row = {"lead_month": month, "channel": channel, "visits": 0, "spend": NOTHING}
        row |= traffic.get((month, channel), {}) | counted.get((month, channel), none)
        row |= {name: _ratio(row[part], row[whole]) for name, (part, whole) in RATES.items()}
        rows.append(row | {"roi": _ratio(row["won_amount"] - row["spend"], row["spend"])})
    return rows


def _ratio(part: int | Decimal, whole: int | Decimal) -> float | None:
    return float(Fraction(part) / Fraction(whole)) if whole else None


def _period(kind: str, month: date) -> date:
    return month if kind == "month" else month.replace(month=(month.month - 1) // 3 * 3 + 1)


def _former(kind: str, start: date) -> date:
    return _period(kind, (start - timedelta(days=1)).replace(day=1))


def _following(kind: str, start: date) -> date:
    return _period(kind, (start + timedelta(days=32 if kind == "month" else 95)).replace(day=1))


def movers(facts: list[dict], clock: Clock) -> list[dict]:
    """Rows of rpt_movers: up to the period of as_of, wherever this or the former one has base or metric.

    A metric without base (a skipped stage) has no rate; what of the change the formulas leave is rate effect, so
    that the three add up. A mix over a total base of 0 is 0.
    """
    counted = cohorts(facts, clock)
    rows = []
    for kind in ("month", "quarter"):
        sums: dict[tuple[date, str], dict] = defaultdict(lambda: defaultdict(Fraction))
        for (month, channel), columns in counted.items():
            for name, value in columns.items():
                sums[_period(kind, month), channel][name] += Fraction(value)
        keys = set(sums) | {(_following(kind, start), channel) for start, channel in sums}
        for start, channel in keys:
            if start <= clock.day(clock.as_of):
                rows += _moves(kind, start, channel, sums)
    return rows


def _moves(kind: str, start: date, channel: str, sums: dict) -> list[dict]:
    before, now = _former(kind, start), start
    rows = []
    for metric, base in MOVED.items():
        bases, metrics, totals = [], [], []
        for period in (before, now):
            mine = sums.get((period, channel), {})
            bases.append(mine.get(base, Fraction(0)))
            metrics.append(mine.get(metric, Fraction(0)))
            totals.append(
                sum((row[base] for (at, _), row in list(sums.items()) if at == period), Fraction(0))
            )
        if not any(bases + metrics):
            continue
        mixes = [own / total if total else Fraction(0) for own, total in zip(bases, totals, strict=True)]
        rates = [value / own if own else None for value, own in zip(metrics, bases, strict=True)]
        known = [rate for rate in rates if rate is not None] or [Fraction(0)]
        rate_before = known[0] if rates[0] is None else rates[0]
        change = metrics[1] - metrics[0]
        volume = (totals[1] - totals[0]) * mixes[0] * rate_before
        mix = totals[1] * (mixes[1] - mixes[0]) * rate_before
        numbers = {
            "base_before": bases[0],
            "base_now": bases[1],
            "metric_before": metrics[0],
            "metric_now": metrics[1],
            "change": change,
            "volume_effect": volume,
            "mix_effect": mix,
            "rate_effect": change - volume - mix,
        }
        rows.append(
            {"period_type": kind, "period_start": start, "metric": metric, "channel": channel}
            | {name: float(number) for name, number in numbers.items()}
        )
    return rows
