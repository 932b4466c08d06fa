"""The DuckDB session of the ingestion: how it is opened, and how names and text become SQL.

What is asked of it belongs to the callers; the warehouse's own connection is opened elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb


def connect(memory_limit: str, threads: int, scratch: Path) -> duckdb.DuckDBPyConnection:
    """An in-memory session in UTC that spills to the folder `scratch` when `memory_limit` is reached."""
    database = duckdb.connect(config={"threads": threads, "memory_limit": memory_limit})
    # Not part of the configuration: it is read before the extension that knows zones is loaded.
    database.execute("set TimeZone = 'UTC'")
    database.execute(f"set temp_directory = {literal(str(scratch))}")
    database.execute("set enable_progress_bar = false")
    return database


PARQUET = """(
    format parquet, compression zstd, compression_level 1, dictionary_size_limit 1000, preserve_order false
)"""
"""Options of every Parquet file of the landing: half the size of the engine's default at hardly more work. A dictionary
of more values than that (the engine's default is a fifth of a row group) costs more to build than it saves. Rows carry
their number, so their order in the file need not cost anything."""


def identifier(name: str) -> str:
    """`name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | None) -> str:
    """`text` as a SQL literal; None is `null`."""
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


def parquet(paths: Iterable[Path]) -> str:
    """A `read_parquet` call over exactly these files; folder names are never read as columns."""
    listed = ", ".join(literal(str(path)) for path in paths)
    return f"read_parquet([{listed}], hive_partitioning = false)"
