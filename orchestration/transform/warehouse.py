"""The warehouse file: opening it within the deployment's limits, and looking into it.

What is built in it is dbt's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.engine import identifier, literal
from ingestion.errors import ClosedloopError

FORMAT = "4"
"""Raised when what the models keep between nights changes, so that an older warehouse cannot be built on."""

SLICED_FROM = 2_000
"""Records from which on a night looks for what its rows can change. Of fewer all is built in the time that takes: up to
5,000 records there is no difference, and on next to none a night by slice takes two seconds longer.
"""


class UnfinishedNight(ClosedloopError):
    """The warehouse holds no night in the state this operation needs."""


@contextmanager
def connect(
    path: Path, memory_limit: str, threads: int, read_only: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the warehouse whose session zone is UTC; the only one that may write while it is open.

    A new file takes this DuckDB's own form, which writes text a quarter cheaper than the oldest that it can write; no
    other version may build on a warehouse anyway.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    limits = {"memory_limit": memory_limit, "threads": threads}
    connection = duckdb.connect(
        str(path), read_only=read_only, config=limits | {"storage_compatibility_version": "latest"}
    )
    try:
        connection.execute("set TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


@contextmanager
def in_one_transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """What is done in it is there as a whole or, after an error or a kill, not at all."""
    connection.execute("begin")
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # an error that ended the transaction already is the one to tell
            connection.execute("rollback")
        raise
    connection.execute("commit")


def note_night(
    connection: duckdb.DuckDBPyConnection,
    run_id: str,
    as_of: datetime,
    inputs_key: str,
    rules_key: str,
    landing_only_grew: bool,
) -> None:
    """Keep which night the warehouse holds and what wrote it. Grain of `landing.night`: one row, the night at work.

    `former_as_of` is the as_of of the night before where this one may build on what that one built: that was built to
    its end, under the same rules, at an earlier moment, of loads that are all still there, and of SLICED_FROM
    records or more. Else it is null, and it is once the night's slice was found (macro cut_slice).
    """
    try:
        former = connection.execute("select as_of, rules_key from landing.night where is_built").fetchone()
    except duckdb.CatalogException:
        former = None
    builds_on = (
        former is not None
        and former[1] == rules_key
        and former[0] <= as_of
        and landing_only_grew
        and _known_records(connection) >= SLICED_FROM
    )
    connection.execute(
        "create or replace table landing.night as "
        "select cast($1 as varchar) as run_id, cast($2 as timestamp) as as_of, cast($3 as varchar) as inputs_key, "
        "cast($4 as varchar) as rules_key, cast($5 as timestamp) as former_as_of, false as is_built, "
        "cast($6 as varchar) as warehouse_format, cast($7 as varchar) as duckdb_version",
        [
            run_id,
            as_of,
            inputs_key,
            rules_key,
            former[0] if builds_on else None,
            FORMAT,
            duckdb.__version__,
        ],
    )


def _known_records(connection: duckdb.DuckDBPyConnection) -> int:
    try:
        return connection.execute("select count(*) from intermediate.int_identity__records").fetchone()[0]
    except duckdb.CatalogException:
        return 0


def builds_on_former(path: Path) -> bool:
    """Whether the night at work may build on what the one before left in the warehouse."""
    try:
        with connect(path, "1GB", 1, read_only=True) as connection:
            found = connection.execute("select former_as_of from landing.night").fetchone()
    except duckdb.CatalogException:
        return False
    return found[0] is not None


def slice_verdict(path: Path) -> tuple[int, int, bool]:
    """Records that tonight's rows can change, records there are, and whether building those alone is worth it."""
    with connect(path, "1GB", 1, read_only=True) as connection:
        return connection.execute(
            "select records_held, records_known, is_worth_it from slice_keys.verdict"
        ).fetchone()


def mark_built(path: Path) -> None:
    """Note that every model of the night was built and every test passed: the next night may build on it.

    A warehouse that no night was noted in is nobody's to build on; it stays as it is.
    """
    with connect(path, "1GB", 1) as connection, suppress(duckdb.CatalogException):
        connection.execute("update landing.night set is_built = true")


def unusable(path: Path) -> str | None:
    """Why the next night cannot build on the warehouse at `path`; None where it can, or where there is none.

    A file that another program has open is not unusable: opening it for writing tells that better.
    """
    if not path.exists():
        return None
    query = "select warehouse_format, duckdb_version from landing.night"
    try:
        with connect(path, "1GB", 1, read_only=True) as connection:
            found = connection.execute(query).fetchone()
    except (duckdb.CatalogException, duckdb.BinderException):
        return "an older closedloop wrote it, or its first night was broken off"
    except duckdb.Error as error:
        # DuckDB tells of a damaged block as well: the word alone says nothing.
        is_locked = "Could not set lock" in str(error) or "Conflicting lock" in str(error)
        return None if is_locked else f"it cannot be read ({str(error).splitlines()[0]})"
    if found == (FORMAT, duckdb.__version__):
        return None
    return f"it is of format {found[0]} by DuckDB {found[1]}, not {FORMAT} by {duckdb.__version__}"


def discard(path: Path) -> None:
    """Remove the warehouse: it holds nothing that cannot be built again from what was admitted."""
    for file in (path, path.with_name(f"{path.name}.wal")):
        file.unlink(missing_ok=True)


def finished_night(path: Path) -> tuple[datetime, str]:
    """as_of (naive UTC) and inputs key of the night that the warehouse holds.

    Raises UnfinishedNight when there is none that was built to its end with every test passed.
    """
    found = None
    if path.exists():
        with connect(path, "1GB", 1, read_only=True) as connection, suppress(duckdb.CatalogException):
            query = "select as_of, inputs_key from landing.night where is_built"
            found = connection.execute(query).fetchone()
    if found is None:
        raise UnfinishedNight(
            f"the warehouse {path} holds no finished night; expected one whose models were all built and whose tests "
            "passed. Mend what stopped it, then run the whole night: `closedloop run`"
        )
    return found


def begin_building(path: Path, rules_key: str) -> datetime:
    """Note that models are being built, until `mark_built`; gives the as_of (naive UTC) of the night at work.

    Models may be built on their own, of a night that was finished, and fail. Where vars were edited since the night was
    noted, it builds on nothing, and comes of other inputs than it said. Raises UnfinishedNight when no night was noted.
    """
    found = None
    with connect(path, "1GB", 1) as connection, suppress(duckdb.CatalogException):
        connection.execute("update landing.night set is_built = false where is_built")
        connection.execute(
            "update landing.night set rules_key = $1, inputs_key = sha256(concat(inputs_key, $1)), former_as_of = null "
            "where rules_key <> $1",
            [rules_key],
        )
        found = connection.execute("select as_of from landing.night").fetchone()
    if found is None:
        raise UnfinishedNight(
            f"no night has begun in the warehouse {path}; expected its landing to be prepared before models are built. "
            "Run the whole night: `closedloop run`"
        )
    return found[0]


def count_rows(path: Path) -> dict[tuple[str, str], int]:
    """Rows of every table of the warehouse by schema and name.

    They are counted: DuckDB's catalogue counts rows that a slice night replaced among them.
    """
    with connect(path, "1GB", 1, read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
        counts = " union all ".join(
            f"select {literal(schema)}, {literal(table)}, count(*) from {identifier(schema)}.{identifier(table)}"
            for schema, table in tables
        )
        rows = connection.execute(counts).fetchall() if tables else []
    return {(schema, table): count for schema, table, count in rows}
