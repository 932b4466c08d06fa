"""The sample as files a company would drop: CSV, Parquet or JSON lines, one folder a table and one file a unit.

Writing the source's units to disk belongs here; their rows come from the source as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.sources.base import Window
from ingestion.sources.sample.config import SampleConfig
from ingestion.sources.sample.source import SampleSource

Format = Literal["csv", "parquet", "jsonl"]
_COPY = {"csv": "format csv, header", "parquet": "format parquet, compression zstd", "jsonl": "format json"}


class Dropped(NamedTuple):
    """One written file: its table, its place, and how many rows it holds."""

    table: str
    path: Path
    rows: int


def write_files(config: SampleConfig, folder: Path, format: Format) -> Iterator[Dropped]:
    """Write every unit as `<folder>/<table>/<unit>.<format>` under the canonical headers, and tell of each file.

    Memory stays bounded; a file that exists is replaced; a unit of no rows has no file. Raises OSError where the folder
    cannot be written.
    """
    source = SampleSource("sample", config)
    everything = Window(until=datetime.max.replace(tzinfo=UTC))
    with duckdb.connect(config={"threads": 1}) as database:
        database.execute("set preserve_insertion_order = true")
        for table in source.tables:
            (folder / table).mkdir(parents=True, exist_ok=True)
            for extract in source.extract(table, everything):
                path = folder / table / f"{extract.unit}.{format}"
                batches = (_plain(batch, format) for batch in extract.batches)
                first = next(batches, None)
                if first is not None:
                    yield Dropped(table, path, _write(database, first, batches, path, format))


def _write(
    database: duckdb.DuckDBPyConnection,
    first: pa.RecordBatch,
    batches: Iterator[pa.RecordBatch],
    path: Path,
    format: Format,
) -> int:
    reader = pa.RecordBatchReader.from_batches(first.schema, _chained(first, batches))  # noqa: F841 - read below
    target = str(path).replace("'", "''")
    return database.execute(f"copy (from reader) to '{target}' ({_COPY[format]})").fetchone()[0]


def _chained(first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from rest


def _plain(batch: pa.RecordBatch, format: Format) -> pa.RecordBatch:
    """Without the line numbers, and with times as ISO-8601 text where the format has no types."""
    batch = batch.drop_columns(["_line"])
    for position, field in enumerate(batch.schema):
        if pa.types.is_timestamp(field.type) and format != "parquet":
            written = pc.strftime(batch.column(position).cast(pa.timestamp("s", "UTC")), "%Y-%m-%dT%H:%M:%SZ")
            batch = batch.set_column(position, field.name, written)
    return batch
