"""What a source is: anything that yields the batches of one table for one window.

Only the protocol and its value types belong here; each kind of source has a folder of its own beside this file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import pyarrow as pa

from ingestion.landing.cursor import lowest
from ingestion.mapping import TableMapping


@dataclass(frozen=True)
class Window:
    """What an extraction wants: everything up to `until`, less what the landing already holds.

    `landed` gives, per unit (a file, a day), the fingerprint under which the landing holds it; `cursor` is the
    highest value of the table's cursor column in complete windows, None when there is none or the table has no cursor.
    `again` gives, per unit of which rows are quarantined, the cursor it was read from then.
    """

    until: datetime
    landed: Mapping[str, str] = field(default_factory=dict)
    cursor: str | None = None
    again: Mapping[str, str | None] = field(default_factory=dict)

    def cursor_of(self, unit: str) -> str | None:
        """The cursor from which the rows of `unit` are wanted; None for all."""
        return lowest([self.cursor, self.again[unit]]) if unit in self.again else self.cursor


@dataclass(frozen=True)
class Extract:
    """One unit of a table: its batches are landed as one load, whole or not at all.

    `batches` holds the values as received (text where the format has no types) under the received headers, plus
    `_line`, the 1-based line or record number in the unit. `rejects` is called after the batches are exhausted and
    gives what could not be read as a row at all: (line, text as received, what was found and expected).
    """

    unit: str
    fingerprint: str
    batches: Iterator[pa.RecordBatch]
    rejects: list[tuple[int, str, str]] = field(default_factory=list)
    cursor_column: str | None = None


class Source(Protocol):
    """A configured source. `name` becomes `_source_system`."""

    name: str

    @property
    def tables(self) -> tuple[str, ...]:
        """The contract tables this source feeds."""

    def mapping(self, table: str) -> TableMapping:
        """How the received columns of `table` become contract columns."""

    def expected_hours(self, table: str) -> float | None:
        """Within how many hours something new of `table` is expected; None where nothing is."""

    def extract(self, table: str, window: Window) -> Iterator[Extract]:
        """The units of `table` that the window wants, oldest first; nothing when all is landed already."""
