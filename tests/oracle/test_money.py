"""Cents are cut by the models' own SQL as the oracle cuts them, up to the largest amounts that a mart can hold.

What weighs how much is decided, and tested, where rows are made.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import duckdb
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.model_sql import called
from tests.oracle.money import cut

MOST = 10**18 - 1
"""Cents of the largest DECIMAL(18, 2)."""
KEYS = "aAb10é2Z"
amounts = st.integers(-MOST, MOST) | st.sampled_from([0, 1, -1, MOST, -MOST, 37 * 10**9]) | st.none()
few = st.integers(1, 12)
"""Parts whose remainders are often equal."""


def parts(below: int) -> st.SearchStrategy[list[int]]:
    """Parts of one amount, whose sum is less."""
    many = st.integers(0, (below - 1) // len(KEYS)) | st.integers(1, 3)
    return (st.lists(few, min_size=1, max_size=len(KEYS)) | st.lists(many, max_size=len(KEYS))).filter(any)


def expected(cents: int | None, weights: list[int]) -> dict[str, Decimal | None]:
    """What the oracle gives each key."""
    shares = [Fraction(weight, sum(weights)) for weight in weights]
    return cut(money(cents), list(zip(KEYS, shares, strict=False)))


def money(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents) / 100


def selected(sql: str, columns: str, rows: list[tuple]) -> list[tuple]:
    """Rows of a statement over `rows`, as text: bound as they are, whole numbers beyond 64 bits are doubles."""
    with duckdb.connect() as connection:
        connection.execute(f"create table rows ({columns})")
        texts = [[None if value is None else str(value) for value in row] for row in rows]
        connection.executemany(f"insert into rows values ({', '.join('?' * len(rows[0]))})", texts)
        return connection.execute(sql).fetchall()


@settings(max_examples=100, deadline=None)
@given(cases=st.lists(st.tuples(amounts, parts(10**28)), min_size=1, max_size=6))
@example(cases=[(37 * 10**9, [7, 1, 1]), (2, [4, 1, 1]), (MOST, [10**28 - 2, 1])])
def test_an_amount_is_cut_exactly(cases: list[tuple[int | None, list[int]]]):
    sql = called("cut_cents", "rows", "number", "key", "amount", "part", "whole")
    rows = [
        (number, key, money(cents), weight, sum(weights))
        for number, (cents, weights) in enumerate(cases)
        for key, weight in zip(KEYS, weights, strict=False)
    ]
    columns = "number bigint, key varchar, amount decimal(18, 2), part hugeint, whole hugeint"
    found = selected(f"select number, key, cut_amount from ({sql})", columns, rows)
    for number, case in enumerate(cases):
        assert {key: amount for which, key, amount in found if which == number} == expected(*case), case


@settings(max_examples=100, deadline=None)
@given(
    cases=st.lists(
        st.tuples(amounts, st.lists(st.tuples(few, st.integers(1, 2**62)), min_size=1, max_size=len(KEYS))),
        min_size=1,
        max_size=6,
    )
)
@example(cases=[(25925939069, [(7, 2**62), (1, 1), (1, 2**61)]), (2, [(4, 4), (1, 1), (1, 1)])])
@example(cases=[(-MOST, [(2, 2**60), (2, 2**58), (1, 2**58), (1, 1)]), (MOST, [(1, 2**62)] * 7)])
def test_an_amount_is_cut_exactly_by_several_weights_at_once(
    cases: list[tuple[int | None, list[tuple[int, int]]]],
):
    names = ("few", "many")
    sql = called("cut_cents_of_each", "rows", "number", "key", "amount", names)
    rows = [
        (
            *(number, key, money(cents)),
            *(v for part, whole in zip(weights, wholes, strict=True) for v in (part, whole, part / whole)),
        )
        for number, (cents, every) in enumerate(cases)
        for wholes in [[sum(column) for column in zip(*every, strict=True)]]
        for key, weights in zip(KEYS, every, strict=False)
    ]
    columns = "number bigint, key varchar, amount decimal(18, 2)"
    columns += "".join(f", {n}_part bigint, {n}_whole hugeint, {n}_weight double" for n in names)
    found = selected(f"select number, key, few_amount, many_amount from ({sql})", columns, rows)
    for number, (cents, every) in enumerate(cases):
        for place, weights in enumerate(zip(*every, strict=True)):
            mine = {key: amounts[place] for which, key, *amounts in found if which == number}
            assert mine == expected(cents, list(weights)), (names[place], cents, weights)
