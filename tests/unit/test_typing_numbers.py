"""How numbers and money are read: what people write is read right, what is no number is null."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.engine import connect
from ingestion.typing import numbers, text


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    session = connect("1GB", 1, Path("unused"))
    session.execute(text.MACROS + numbers.MACROS)
    return session


def _read(database: duckdb.DuckDBPyConnection, value: str, style: str, kind: str) -> Decimal | int | None:
    number = numbers.number_text("x", style)
    sql = numbers.integer("number") if kind == "integer" else numbers.money("number", "decimal(18, 4)")
    query = f"select {sql} from (select {number} as number from (select cast(? as varchar) as x))"
    return database.execute(query, [value]).fetchone()[0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("$1,234.50", "1234.50"),
        ("(1,234.50)", "-1234.50"),
        ("($1,234.50)", "-1234.50"),
        ("1,234.50 EUR", "1234.50"),
        ("EUR 1,234", "1234"),
        ("US$ 5", "5"),
        ("Rs. 5", "5"),
        ("Rs.1,23,456.50", "123456.50"),
        ("(kr.5)", "-5"),
        ("5 kr.", "5"),
        ("USD.5", "0.5"),
        ("1,234.50元", "1234.50"),
        ("-$5.00", "-5"),
        ("$-5.00", "-5"),
        ("5.00-", "-5"),
        ("−7", "-7"),
        ("+7", "7"),
        ("1 234 567.5", "1234567.5"),
        ("1\u2009234.5", "1234.5"),
        ("1\u202f234.5", "1234.5"),
        ("1\u00a0234", "1234"),
        ("1'234'567", "1234567"),
        ("1,23,456", "123456"),
        (".5", "0.5"),
        ("1e3", "1000"),
        ("1.00005", "1.0001"),
        ("-1.00005", "-1.0001"),
    ],
)
def test_amounts_with_a_point(database: duckdb.DuckDBPyConnection, value: str, expected: str) -> None:
    assert _read(database, value, "point", "money") == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1.234,50", "1234.50"),
        ("1.234", "1234"),
        ("R$ 1.234,50", "1234.50"),
        ("1 234,50 €", "1234.50"),
        ("(1.234,50)", "-1234.50"),
        ("0,5", "0.5"),
        ("0,500", "0.5"),
        ("kr. 1.234,50", "1234.50"),
        ("12", "12"),
    ],
)
def test_amounts_with_a_comma(database: duckdb.DuckDBPyConnection, value: str, expected: str) -> None:
    assert _read(database, value, "comma", "money") == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "style", "expected"),
    [
        ("1.234,50", "point", "1234.50"),
        ("12,5", "point", "12.5"),
        ("0,125", "point", "0.125"),
        ("1,234.50", "comma", "1234.50"),
        ("0.125", "comma", "0.125"),
    ],
)
def test_a_text_that_only_the_other_style_can_mean_is_read_so(
    database: duckdb.DuckDBPyConnection, value: str, style: str, expected: str
) -> None:
    assert _read(database, value, style, "money") == Decimal(expected)


NO_AMOUNTS = (
    "abc|-|1.5M|10k|12%|1 2|12 34|--5|(-5)|(5|5)|1,,234|1,234.56.7|1_000|0x10|NaN|inf|$|1-2|999999999999999"
)


@pytest.mark.parametrize("value", NO_AMOUNTS.split("|"))
def test_what_is_no_amount_is_not_read(database: duckdb.DuckDBPyConnection, value: str) -> None:
    assert _read(database, value, "point", "money") is None
    assert _read(database, value, "comma", "money") is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1,234", 1234), ("12.0", 12), ("12.", 12), ("-3", -3), ("12.5", None), ("1.2e1", 12)],
)
def test_whole_numbers(database: duckdb.DuckDBPyConnection, value: str, expected: int | None) -> None:
    assert _read(database, value, "point", "integer") == expected


amounts = st.decimals(min_value=-(10**13), max_value=10**13, places=6, allow_nan=False, allow_infinity=False)


@settings(max_examples=150, deadline=None)
@given(
    amount=amounts, style=st.sampled_from(["point", "comma"]), is_grouped=st.booleans(), sign=st.booleans()
)
def test_every_amount_reads_as_it_was_written(
    database: duckdb.DuckDBPyConnection, amount: Decimal, style: str, is_grouped: bool, sign: bool
) -> None:
    written = f"{abs(amount):,.6f}" if is_grouped else f"{abs(amount):.6f}"
    if style == "comma":
        written = written.translate(str.maketrans(",.", ".,"))
    negative = amount < 0
    written = f"({written})" if negative and sign else f"{'-' if negative else ''}{written}"
    expected = amount.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    assert _read(database, written, style, "money") == expected


@settings(max_examples=100, deadline=None)
@given(number=st.integers(-(10**17), 10**17))
def test_every_whole_number_reads_as_itself(database: duckdb.DuckDBPyConnection, number: int) -> None:
    assert _read(database, str(number), "point", "integer") == number
    assert _read(database, f"{number:,}", "point", "integer") == number
