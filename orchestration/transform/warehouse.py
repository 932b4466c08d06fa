"""The warehouse file: opening it within the deployment's limits, and looking into it.

What is built in it is dbt's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb


@contextmanager
def connect(
    path: Path, memory_limit: str, threads: int, read_only: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the warehouse whose session zone is UTC; the only one that may write while it is open."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        str(path), read_only=read_only, config={"memory_limit": memory_limit, "threads": threads}
    )
    try:
        connection.execute("set TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def note_night(connection: duckdb.DuckDBPyConnection, run_id: str, as_of: datetime, inputs_key: str) -> None:
    """Keep which night the warehouse holds. Grain of `landing.night`: one row, the night being built."""
    connection.execute(
        "create or replace table landing.night as "
        "select cast($1 as varchar) as run_id, cast($2 as timestamp) as as_of, cast($3 as varchar) as inputs_key",
        [run_id, as_of, inputs_key],
    )


def noted_inputs_key(path: Path) -> str:
    """The inputs key of the night that the warehouse holds."""
    with connect(path, "1GB", 1, read_only=True) as connection:
        return connection.execute("select inputs_key from landing.night").fetchone()[0]


def count_rows(path: Path) -> dict[tuple[str, str], int]:
    """Rows of every table of the warehouse by schema and name, as DuckDB's catalogue knows them."""
    with connect(path, "1GB", 1, read_only=True) as connection:
        rows = connection.execute(
            "select schema_name, table_name, estimated_size from duckdb_tables() where not internal"
        ).fetchall()
    return {(schema, table): size for schema, table, size in rows}
