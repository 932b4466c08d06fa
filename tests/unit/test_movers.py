"""Movers add up to the last digit, and are what the formulas give in exact fractions, whatever the figures.

Examples by hand stand in the model's dbt unit test.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model_sql import rendered

SQL = rendered("rpt_movers")
COUNTS = ("leads", "mqls", "sqls", "opportunities", "customers")
BASES = {
    "mqls": "leads",
    "sqls": "mqls",
    "opportunities": "sqls",
    "customers": "leads",
    "won_amount": "customers",
}
MONTHS = (date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 4, 1), date(2026, 6, 1))

counts = st.sampled_from([0, 0, 1, 2, 3, 7]) | st.integers(0, 2_000_000)
cents = st.sampled_from([0, 1, -5]) | st.integers(-(10**11), 10**13)
figures = st.dictionaries(
    st.tuples(st.sampled_from(MONTHS), st.sampled_from(["email", "event", "display"])),
    st.tuples(counts, counts, counts, counts, counts, cents),
    max_size=12,
)


def movers(rows: dict) -> list[dict]:
    with duckdb.connect() as connection:
        connection.execute(
            "create table rpt_channel_performance (lead_month date, channel varchar, leads bigint, mqls bigint, "
            "sqls bigint, opportunities bigint, customers bigint, won_amount decimal(18, 2))"
        )
        if rows:
            connection.executemany(
                f"insert into rpt_channel_performance values ({', '.join('?' * 8)})",
                [(*key, *values[:5], Decimal(values[5]) / 100) for key, values in rows.items()],
            )
        found = connection.sql(SQL)
        return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def period(month: date, kind: str) -> date:
    return month if kind == "month" else month.replace(month=(month.month - 1) // 3 * 3 + 1)


def before(start: date, kind: str) -> date:
    months = start.year * 12 + start.month - 1 - (1 if kind == "month" else 3)
    return date(months // 12, months % 12 + 1, 1)


def total(rows: dict, kind: str, start: date, figure: str, channel: str | None = None) -> Fraction:
    """A figure of a period, of one channel or of all."""
    at = (*COUNTS, "won_amount").index(figure)
    found = sum(
        values[at]
        for (month, name), values in rows.items()
        if period(month, kind) == start and channel in (None, name)
    )
    return Fraction(found, 100 if figure == "won_amount" else 1)


def effects(rows: dict, row: dict) -> tuple[Fraction, Fraction]:
    """Volume and mix as the formulas have them."""
    kind, metric, channel = row["period_type"], row["metric"], row["channel"]
    base = BASES[metric]
    starts = (before(row["period_start"], kind), row["period_start"])
    all_bases = [total(rows, kind, start, base) for start in starts]
    bases = [total(rows, kind, start, base, channel) for start in starts]
    values = [total(rows, kind, start, metric, channel) for start in starts]
    mixes = [one / whole if whole else Fraction(0) for one, whole in zip(bases, all_bases, strict=True)]
    rates = [value / one if one else None for value, one in zip(values, bases, strict=True)]
    rate = rates[0] if rates[0] is not None else rates[1] or Fraction(0)
    return (
        (all_bases[1] - all_bases[0]) * mixes[0] * rate,
        all_bases[1] * (mixes[1] - mixes[0]) * rate,
    )


@settings(max_examples=25, deadline=None)
@given(figures)
def test_effects_are_the_formulas_and_add_up_exactly(rows):
    found = movers(rows)
    for row in found:
        assert row["volume_effect"] + row["mix_effect"] + row["rate_effect"] == row["change"]
        assert row["change"] == row["metric_now"] - row["metric_before"]
        volume, mix = effects(rows, row)
        size = max(abs(volume), abs(mix), 1)
        assert abs(Fraction(row["volume_effect"]) - volume) <= size * Fraction(1, 10**9)
        assert abs(Fraction(row["mix_effect"]) - mix) <= size * Fraction(1, 10**9)


@settings(max_examples=15, deadline=None)
@given(figures)
def test_a_row_is_there_wherever_either_period_has_figures(rows):
    expected = set()
    for kind in ("month", "quarter"):
        starts = {period(month, kind) for month, _ in rows}
        later = {start for start in (period(day, kind) for day in _months()) if before(start, kind) in starts}
        for start in starts | later:
            for metric, base in BASES.items():
                for channel in ("email", "event", "display"):
                    if any(
                        total(rows, kind, at, figure, channel)
                        for at in (start, before(start, kind))
                        for figure in (metric, base)
                    ):
                        expected.add((kind, start, metric, channel))
    keys = [(row["period_type"], row["period_start"], row["metric"], row["channel"]) for row in movers(rows)]
    assert len(keys) == len(set(keys))
    assert set(keys) == expected


def _months() -> list[date]:
    """Every month from the first to that of as_of, which has just begun."""
    return [date(2025, 12, 1), *(date(2026, month, 1) for month in range(1, 8))]
