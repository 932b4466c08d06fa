"""The published tables as Parquet: one file a table, a folder of months where a table is cut.

Files whose rows did not change are hard links to the former version's.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.publish.content import Table, literal
from orchestration.publish.database import attached
from orchestration.publish.previous_version import PreviousVersion
from orchestration.publish.publication import part_path

OPTIONS = "format parquet, compression zstd, compression_level 1, dictionary_size_limit 4000"
"""The default level of zstd (3) takes a quarter longer and saves a twentieth of the room. A dictionary of ids or
weights, which hardly repeat in a row group, saves no room either, and looking for one costs a quarter.
"""


def write_parquet(
    connection: duckdb.DuckDBPyConnection,
    database: Path,
    tables: Sequence[Table],
    folder: Path,
    previous: PreviousVersion | None,
) -> None:
    """Write `tables` of the published file `database` into the version's `folder`."""
    # Read from the published file: every part of a table lies there in its order.
    with attached(connection, database, read_only=True):
        for table in (table for table in tables if table.has_files):
            for part in table.parts:
                path = folder / part_path(table, part)
                path.parent.mkdir(parents=True, exist_ok=True)
                kept = previous.parquet(table, part) if previous else None
                if kept is not None:
                    os.link(kept, path)
                    continue
                order = table.order if table.view else ""
                connection.execute(
                    f"copy (select * from {table.relation('built')} where {table.condition(part)} {order}) "
                    f"to {literal(str(path))} ({OPTIONS})"
                )
