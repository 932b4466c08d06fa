"""A landing for tests: a source of given rows, landed and admitted in a data folder.

Only what several tests need belongs here; what they claim does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.landing.layout import Layout
from ingestion.landing.manifest import Load, Manifest
from ingestion.landing.writer import land
from ingestion.mapping import TableMapping
from ingestion.sources.base import Extract, Window

NOON = datetime(2026, 7, 1, 12)


def batch(columns: Mapping[str, Sequence[Any] | pa.Array]) -> pa.RecordBatch:
    """Columns as one batch whose first row stands on line 2 of its file, below the headers."""
    rows = len(next(iter(columns.values()))) if columns else 0
    return pa.RecordBatch.from_pydict({**columns, "_line": pa.array(range(2, rows + 2), pa.int64())})


def extract(
    columns: Mapping[str, Sequence[Any] | pa.Array],
    unit: str = "leads.csv",
    fingerprint: str = "1",
    **more: Any,
) -> Extract:
    return Extract(unit, fingerprint, iter([batch(columns)]), **more)


@dataclass
class GivenSource:
    """A source that yields what it was given, once each."""

    table: str
    extracts: list[Extract] = field(default_factory=list)
    how: TableMapping = field(default_factory=TableMapping)
    name: str = "crm"

    @property
    def tables(self) -> tuple[str, ...]:
        return (self.table,)

    def mapping(self, table: str) -> TableMapping:
        assert table == self.table
        return self.how

    def extract(self, table: str, window: Window) -> Iterator[Extract]:
        yield from self.extracts


@dataclass
class Landing:
    """A data folder."""

    root: Path

    @property
    def layout(self) -> Layout:
        return Layout(self.root)

    @property
    def manifest(self) -> Manifest:
        return Manifest(self.layout.manifest_db)

    def land(self, source: GivenSource, *extracts: Extract) -> list[Load]:
        found = [
            land(self.layout, self.manifest, source.name, source.table, one, NOON, NOON)
            for one in extracts or source.extracts
        ]
        return [load for load in found if load is not None]

    def files(self) -> set[Path]:
        """What lies under the layers, files that were not finished among them; relative to the data folder."""
        layers = (self.layout.landing, self.layout.admitted, self.layout.quarantine)
        found = {path for layer in layers for path in layer.rglob("*.parquet*")}
        return {path.relative_to(self.root) for path in found}

    def admitted(self, columns: str = "*", where: str = "true") -> list[tuple[Any, ...]]:
        """Rows of all admitted files in the order of landing."""
        return self._rows(self.layout.admitted, f"select {columns}", where)

    def quarantined(self, columns: str = "*", where: str = "true") -> list[tuple[Any, ...]]:
        return self._rows(self.layout.quarantine, f"select {columns}", where, "load_id, line")

    def _rows(
        self, layer: Path, select: str, where: str, order: str = "_load_id, _row_number"
    ) -> list[tuple[Any, ...]]:
        files = [str(path) for path in layer.rglob("*.parquet")]
        if not files:
            return []
        return duckdb.execute(
            f"{select} from read_parquet(?, hive_partitioning = false) where {where} order by {order}",
            [files],
        ).fetchall()
