"""Lands one extract: its batches stream into a Parquet file, which the manifest then names.

Values stay as received; reading them as anything belongs to `ingestion.typing`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from ingestion.engine import PARQUET, connect, identifier, literal, parquet
from ingestion.errors import ClosedloopError
from ingestion.landing.cursor import highest_in, plausible_until
from ingestion.landing.layout import Layout, load_id
from ingestion.landing.manifest import Load, Manifest, UnreadableRow
from ingestion.landing.placing import partial, place
from ingestion.sources.base import Extract

LINE = "_line"
META = (LINE, "_source_system", "_load_id", "_loaded_at", "_row_number", "_row_hash")
"""What the landing adds to the received columns: the line in the unit, where the row came from and when (naive UTC),
its ordinal in the load from 1, and the md5 over its received values in the alphabetical order of their columns."""

# Separates values, and stands for a missing one: two rows differ in hash when they differ in any value.
_BETWEEN, _MISSING = "chr(31)", "chr(30)"


class LandingError(ClosedloopError):
    """An extract could not be landed; nothing of it was recorded."""


def land(
    layout: Layout,
    manifest: Manifest,
    source_name: str,
    table: str,
    extract: Extract,
    loaded_at: datetime,
    window_until: datetime,
    *,
    again: bool = False,
    window_cursor: str | None = None,
    memory_limit: str = "4GB",
    threads: int = 2,
) -> Load | None:
    """Land one unit and return its load; None when the landing holds the unit under this fingerprint already.

    `again` lands it beside the former load all the same, for a window that is read again. `window_cursor` is the cursor
    below which rows of the unit were left out.

    `loaded_at` and `window_until` are naive UTC. A load is always later than the former one of its table, by a
    microsecond if need be, so that the order of landing decides which of two versions is newer. Errors of the source
    pass through; raises LandingError when the batches cannot be written.
    """
    if not again and manifest.landed_units(source_name, table).get(extract.unit) == extract.fingerprint:
        return None
    former = manifest.loads(source_name, table)
    if former:
        loaded_at = max(loaded_at, former[-1].loaded_at + timedelta(microseconds=1))
    final, load, unreadable = _written(
        layout, source_name, table, extract, loaded_at, window_until, memory_limit, threads
    )
    place(final)
    manifest.record(load, unreadable, window_cursor)
    return load


def land_again(
    layout: Layout,
    manifest: Manifest,
    load: Load,
    extract: Extract,
    *,
    memory_limit: str = "4GB",
    threads: int = 2,
) -> bool:
    """Write the file of a load anew, in its place, from the unit it was landed from; False when that gives other rows.

    Then nothing is changed. What gate 1 made of the load stays: the rows are the same. Errors as those of `land`.
    """
    final, found, unreadable = _written(
        layout, load.source, load.table, extract, load.loaded_at, load.window_until, memory_limit, threads
    )
    as_landed = load.rows, load.schema, load.cursor, manifest.unreadable_rows(load.load_id)
    is_same = (found.rows, found.schema, found.cursor, unreadable) == as_landed
    if not is_same or not _holds_what_was_admitted(layout, load):
        partial(final).unlink()
        return False
    place(final)
    manifest.replace_file(load.load_id, found.bytes, found.sha256)
    return True


def _holds_what_was_admitted(layout: Layout, load: Load) -> bool:
    """Are the rows that gate 1 admitted of a load those of its partial file? True where that can no longer be told."""
    landed = layout.root / load.path
    admitted = layout.admitted_file(load.source, load.table, load.load_date, load.load_id)
    rows = "select _row_number, _row_hash from {}"
    query = f"{rows.format(parquet([admitted]))} except {rows.format(parquet([partial(landed)]))} limit 1"
    try:
        return duckdb.execute(query).fetchone() is None
    except duckdb.Error:
        return True


def _written(
    layout: Layout,
    source_name: str,
    table: str,
    extract: Extract,
    loaded_at: datetime,
    window_until: datetime | None,
    memory_limit: str,
    threads: int,
) -> tuple[Path, Load, list[UnreadableRow]]:
    """Write the partial file of a load; gives where it belongs, and what is to be recorded of it."""
    identity = load_id(loaded_at, extract.unit, extract.fingerprint)
    final = layout.landing_file(source_name, table, loaded_at.date(), identity)
    batches = _Batches(extract)
    with connect(memory_limit, threads, layout.scratch) as database:
        _write(database, batches, partial(final), source_name, identity, loaded_at)
        column = extract.cursor_column and batches.landed_name(extract.cursor_column)
        until = plausible_until(loaded_at)
        cursor = highest_in(database, parquet([partial(final)]), column, until) if column else None
    unreadable = [UnreadableRow(*reject) for reject in extract.rejects]
    with partial(final).open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    load = Load(
        load_id=identity,
        source=source_name,
        table=table,
        unit=extract.unit,
        fingerprint=extract.fingerprint,
        load_date=loaded_at.date(),
        loaded_at=loaded_at,
        path=layout.relative(final),
        rows=batches.rows + len(unreadable),
        bytes=partial(final).stat().st_size,
        sha256=sha256,
        schema=tuple(batches.columns),
        cursor=cursor,
        unreadable=len(unreadable),
        window_until=window_until,
    )
    return final, load, unreadable


class _Batches:
    """The batches of an extract under column names the landing can hold, each row numbered."""

    def __init__(self, extract: Extract) -> None:
        self.rows = 0
        self.error: BaseException | None = None
        self._received = iter(extract.batches)
        self._first = next(self._received, None)
        self._headers = [] if self._first is None else self._first.schema.names
        self._names = landed_names(self._headers)

    @property
    def columns(self) -> list[str]:
        """The landed names of the received columns, in order."""
        return [name for name in self._names if name != LINE]

    def landed_name(self, header: str) -> str | None:
        return self._names[self._headers.index(header)] if header in self._headers else None

    def reader(self) -> pa.RecordBatchReader:
        """All batches as one stream. An error of the source is kept in `error`, since the engine loses its kind."""
        if self._first is None:
            return pa.RecordBatchReader.from_batches(
                pa.schema([(LINE, pa.int64()), ("_row_number", pa.int64())]), []
            )
        schema = self._numbered(self._first, 0).schema
        return pa.RecordBatchReader.from_batches(schema, self._stream())

    def _stream(self) -> Iterator[pa.RecordBatch]:
        try:
            batch = self._first
            while batch is not None:
                yield self._numbered(batch, self.rows)
                self.rows += batch.num_rows
                batch = next(self._received, None)
        except Exception as error:
            self.error = error
            raise

    def _numbered(self, batch: pa.RecordBatch, before: int) -> pa.RecordBatch:
        columns = [
            column.cast(pa.string()) if pa.types.is_null(column.type) else column for column in batch.columns
        ]
        numbers = pa.array(np.arange(before + 1, before + 1 + batch.num_rows, dtype=np.int64))
        return pa.RecordBatch.from_arrays([*columns, numbers], [*self._names, "_row_number"])


def landed_names(headers: Sequence[str]) -> list[str]:
    """Received headers as column names: an empty one gets its position, a repeated one (case apart) a number.

    Names the landing uses itself count as taken, all but the extract's own `_line`.
    """
    taken = {name for name in META if name != LINE}
    names = []
    for position, header in enumerate(headers, start=1):
        wanted = header if header.strip() else f"column_{position}"
        name, repeat = wanted, 1
        while name.casefold() in taken:
            repeat += 1
            name = f"{wanted}_{repeat}"
        taken.add(name.casefold())
        names.append(name)
    return names


def _write(
    database: duckdb.DuckDBPyConnection,
    batches: _Batches,
    target: Path,
    source_name: str,
    identity: str,
    loaded_at: datetime,
) -> None:
    received = batches.reader()  # noqa: F841 - read by the statement below
    values = [
        f"coalesce(cast({identifier(name)} as varchar), {_MISSING})" for name in sorted(batches.columns)
    ]
    content = f"concat({f', {_BETWEEN}, '.join(values)})" if values else "''"
    selected = [
        *map(identifier, batches.columns),
        f"cast({LINE} as bigint) as {LINE}",
        f"{literal(source_name)} as _source_system",
        f"{literal(identity)} as _load_id",
        f"timestamp '{loaded_at}' as _loaded_at",
        "_row_number",
        f"md5({content}) as _row_hash",
    ]
    try:
        database.execute(
            f"copy (select {', '.join(selected)} from received) to {literal(str(target))} {PARQUET}"
        )
    except duckdb.Error as error:
        if batches.error is not None:
            raise batches.error from None
        raise LandingError(
            f"{target.parent}: the extract could not be written: {error}\n"
            "Expected room on the disk and batches of one shape. Nothing of it was recorded; mend that and run again."
        ) from error
