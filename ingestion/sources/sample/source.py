"""The sample as a source: its units, their fingerprints, and their batches out of the spool.

Cutting the simulated rows into parts and nights belongs here; simulating and spooling them do not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from ingestion.mapping import TableMapping
from ingestion.sources.base import Extract, Window
from ingestion.sources.sample.config import SampleConfig, instant
from ingestion.sources.sample.draws import DAY
from ingestion.sources.sample.spool import COMPANY, COMPANY_TABLES, TABLES, Spool


@dataclass(frozen=True)
class _Unit:
    """The rows of some chunks recorded in [since, until), None where open. `due` is when the unit may be had: not
    before a night is over; None for the parts of a sample that comes all at once."""

    name: str
    chunks: range
    since: int | None
    until: int | None
    due: int | None


class SampleSource:
    """The sample company as a source called `name`. Its chunks are spooled under `spool`, or in a temporary folder.

    Without nights a unit is a part of the people, whole; with nights the history comes in such parts and then every
    night as one unit. Landed together, nights hold the same rows as the parts do.
    """

    def __init__(self, name: str, config: SampleConfig, spool: Path | None = None) -> None:
        self.name = name
        self.config = config
        self._spool = Spool(config, spool)

    @property
    def tables(self) -> tuple[str, ...]:
        return TABLES

    def mapping(self, table: str) -> TableMapping:
        return TableMapping()

    def expected_hours(self, table: str) -> float | None:
        """Nobody waits for made-up rows."""
        return None

    def extract(self, table: str, window: Window) -> Iterator[Extract]:
        until = window.until if window.until.tzinfo else window.until.replace(tzinfo=UTC)
        for unit in self._units(table):
            fingerprint = self._fingerprint(table, unit)
            if window.landed.get(unit.name) != fingerprint and _is_due(unit, until):
                yield Extract(unit.name, fingerprint, self._batches(table, unit))

    def _units(self, table: str) -> Iterator[_Unit]:
        nights = self.config.night_days
        chunks = [range(COMPANY, COMPANY + 1)] if table in COMPANY_TABLES else self.config.parts
        before = instant(nights[0]) if nights else None
        for position, part in enumerate(chunks):
            yield _Unit(f"{'history' if nights else 'part'}-{position:03d}", part, None, before, before)
        everybody = range(chunks[0].start, chunks[-1].stop)
        for night in nights:
            yield _Unit(
                f"night-{night}", everybody, instant(night), instant(night) + DAY, instant(night) + DAY
            )

    def _fingerprint(self, table: str, unit: _Unit) -> str:
        return hashlib.sha256(f"{self.config.world} {table} {unit}".encode()).hexdigest()

    def _batches(self, table: str, unit: _Unit) -> Iterator[pa.RecordBatch]:
        line = 1
        for chunk in unit.chunks:
            for batch in self._spool.read(table, chunk, unit.since, unit.until):
                lines = pa.array(np.arange(line, line + batch.num_rows))
                line += batch.num_rows
                yield batch.append_column("_line", lines)


def _is_due(unit: _Unit, until: datetime) -> bool:
    return unit.due is None or unit.due <= until.timestamp()
