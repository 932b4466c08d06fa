"""How cursor values compare: which one is the highest, and which rows a cursor still wants."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pytest

from ingestion.landing.cursor import connection, highest, lowest, not_below_cursor


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["9", "10", "+8", " 7 "], "10"),
        (["1.5", "1.25", "-2"], "1.5"),
        (["1e3", "999"], "1e3"),
        (["123456789012345678901", "123456789012345678900"], "123456789012345678901"),
        (["0.000000002", "0.000000001"], "0.000000002"),
        (["2026-01-02", "2026-01-01T23:00:00-02:00"], "2026-01-01T23:00:00-02:00"),
        (["2026-01-01 10:00:00", "2026-01-01T09:59:59.999Z"], "2026-01-01 10:00:00"),
        (["7", "2026-01-01"], "2026-01-01"),
        (["soon", "", ".", "1.2.3", "-"], None),
        ([], None),
    ],
)
def test_the_highest_value_is_given_as_received(values: list[str], expected: str | None) -> None:
    assert highest(values) == expected
    assert highest(values[::-1]) == expected


def test_instants_still_to_come_are_passed_over() -> None:
    values = ["9999-12-31", "2026-01-03", "2026-01-01T23:00:00-02:00", "2206-01-01T00:00:00Z", "7"]
    assert highest(values, datetime(2026, 1, 2, 1)) == "2026-01-01T23:00:00-02:00"
    assert highest(values, datetime(2026, 1, 2, 0, 59)) == "7"


@pytest.mark.parametrize(
    ("cursors", "expected"),
    [
        (["10", "9", "11"], "9"),
        (["2026-01-02T00:00:00Z", "2026-01-02T00:00:00+02:00", "2026-01-03"], "2026-01-02T00:00:00+02:00"),
        (["2026-01-02", "2026-01-02"], "2026-01-02"),
        (["2026-01-02", None], None),
        ([], None),
    ],
)
def test_the_lowest_cursor_is_below_all(cursors: list[str | None], expected: str | None) -> None:
    assert lowest(cursors) == expected
    assert lowest(cursors[::-1]) == expected


@pytest.mark.parametrize(
    ("cursor", "lookback_days", "expected"),
    [
        ("10", 5, [False, True, True, True, True, True]),
        ("2026-01-02", 0, [True, True, False, True, True, True]),
        ("2026-01-02", 1, [True, True, True, True, True, True]),
    ],
)
def test_what_cannot_be_compared_is_wanted(cursor: str, lookback_days: float, expected: list[bool]) -> None:
    values = pa.array(["9.5", "10.0", "2026-01-01T00:00:00Z", "2026-01-03", None, "soon"])
    assert (
        not_below_cursor(connection(), values, cursor, lookback_days, is_local=False).to_pylist() == expected
    )


@pytest.mark.parametrize(
    ("cursor", "lookback_days", "expected"),
    [
        ("2026-01-05T12:00:00", 0, ["naive", "day", "zulu", "offset", "newer"]),
        ("2026-01-05T12:00:00Z", 0, ["naive", "day", "newer"]),
        ("2026-01-05 12:00:00.5+00", 0, ["day", "newer"]),
        ("2026-01-05T12:00:00Z", 2, ["naive", "day", "zulu", "offset", "older", "newer"]),
    ],
)
def test_local_times_are_read_again_a_day_back(
    cursor: str, lookback_days: float, expected: list[str]
) -> None:
    rows = {
        "naive": "2026-01-04T12:00:00",
        "day": "2026-01-05",
        "zulu": "2026-01-04T13:00:00Z",
        "offset": "2026-01-05 13:59:59.999+02:00",
        "older": "2026-01-04 11:59:59",
        "newer": "2026-01-05T14:00:01+02:00",
    }
    values = pa.array(list(rows.values()))
    found = not_below_cursor(connection(), values, cursor, lookback_days, is_local=True).to_pylist()
    assert [name for name, is_wanted in zip(rows, found, strict=True) if is_wanted] == expected
