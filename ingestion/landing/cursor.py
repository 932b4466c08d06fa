"""How the values of a cursor column compare: numbers as numbers, ISO-8601 dates and times as instants.

Used by sources that skip rows below a cursor and by the landing, which keeps the highest one; no state lives here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import reduce

import duckdb
import pyarrow as pa

from ingestion.engine import identifier

# Only what looks like a number is cast, and a whole one by way of bigint: a wide decimal costs ten microseconds each.
NUMBER = """case
    when regexp_full_match(trim({value}), '[-+]?[0-9]{{1,18}}')
        then cast(cast(trim({value}) as bigint) as decimal(38, 9))
    when regexp_full_match(trim({value}), '[-+]?[0-9]*[.]?[0-9]*([eE][-+]?[0-9]+)?')
        then try_cast(trim({value}) as decimal(38, 9))
end"""
# Text without an offset is read as UTC; where it is local, `not_below_cursor` makes up for that.
INSTANT = "epoch_us(try_cast(trim({value}) as timestamptz))"
HAS_OFFSET = r"regexp_matches({value}, ':[0-9]{{2}}[0-9.]*\s*([zZ]|[-+][0-9]{{2}}(:?[0-9]{{2}})*)\s*$')"

DAY = 1.0
"""Days to look back at least among local times: zones are up to 14 hours from UTC; in autumn an hour comes twice."""


def connection() -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB whose session zone is UTC, on one thread, so that row order is kept."""
    database = duckdb.connect(config={"threads": 1})
    # Not part of the configuration: it is read before the extension that knows zones is loaded.
    database.execute("set TimeZone = 'UTC'")
    return database


def highest(values: Sequence[str], until: datetime = datetime.max) -> str | None:
    """The highest of `values`, as received; None when none can be read. Instants rank above numbers.

    Instants later than `until` (naive UTC) are passed over.
    """
    if not values:
        return None
    received = pa.table({"value": pa.array(values, pa.string())})
    with connection() as database:
        database.register("received", received)
        return highest_in(database, "received", "value", until)


def lowest(cursors: Iterable[str | None]) -> str | None:
    """The cursor from which all is read that is wanted from any of `cursors`; None, for everything, where one is."""
    distinct = list(dict.fromkeys(cursors))
    if not distinct or None in distinct:
        return None
    return reduce(lambda one, other: one if highest([one, other]) == other else other, distinct)


def plausible_until(loaded_at: datetime) -> datetime:
    """The latest moment that a row landed then may speak of: one mistyped year would leave out all rows after it.

    A day later than its landing, for times without an offset and clocks that are ahead.
    """
    return loaded_at + timedelta(days=1)


def highest_in(
    database: duckdb.DuckDBPyConnection, relation: str, column: str, until: datetime
) -> str | None:
    """The highest value of a column of any type as text; None when none can be read. The session zone must be UTC.

    Instants later than `until` (naive UTC) are passed over.
    """
    row = database.execute(
        f"""
        select value
        from (select cast({identifier(column)} as varchar) as value from {relation}) as received_text
        where {INSTANT.format(value="value")} <= epoch_us($until) or {NUMBER.format(value="value")} is not null
        order by {INSTANT.format(value="value")} desc nulls last, {NUMBER.format(value="value")} desc nulls last, value
        limit 1
        """,
        {"until": until},
    ).fetchone()
    return row[0] if row else None


def not_below_cursor(
    database: duckdb.DuckDBPyConnection,
    column: pa.Array,
    cursor: str,
    lookback_days: float,
    *,
    is_local: bool,
) -> pa.ChunkedArray:
    """Booleans, one per row in order: false where the value lies below `cursor` less the look-back.

    The look-back applies to instants only; it is a day at least where `is_local` says that times without an offset are
    of another zone than UTC, and the value or `cursor` has none. A value that cannot be read, or is of another kind
    than `cursor`, does not lie below it.
    """
    received = pa.table({"value": column})  # noqa: F841 - read by the query below
    has_offset = f"{HAS_OFFSET.format(value='value')} and {HAS_OFFSET.format(value='$cursor')}"
    lookback_us = f"if({has_offset}, $lookback_us, $local_lookback_us)"
    local_lookback_days = max(lookback_days, DAY) if is_local else lookback_days
    return database.execute(
        f"""
        select coalesce(
            {INSTANT.format(value="value")} >= {INSTANT.format(value="$cursor")} - {lookback_us},
            {NUMBER.format(value="value")} >= {NUMBER.format(value="$cursor")},
            true
        ) as is_not_below
        from (select cast(value as varchar) as value from received) as received_text
        """,
        {
            "cursor": cursor,
            "lookback_us": round(lookback_days * 86_400_000_000),
            "local_lookback_us": round(local_lookback_days * 86_400_000_000),
        },
    ).to_arrow_table()["is_not_below"]
