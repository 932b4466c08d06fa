"""What was not admitted and why: the quarantine files of a data folder, counted, shown and exported.

Reading only: rows come here through gate 1, and leave when it judges their load again.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.engine import literal, parquet
from ingestion.landing.layout import Layout
from ingestion.landing.manifest import Load, Manifest

QUARANTINE_REASON = "quarantine_reason"
"""Column of exports by which a mended file is known when it is dropped among those of its source."""

_COLUMNS = "source, table_name, unit, load_id, row_number, line, rule, column_name, reason, original"


@dataclass(frozen=True)
class QuarantineGroup:
    """Quarantined rows of one source, table, rule and column, and when (naive UTC) such rows landed first and last.

    A row counts once, under the first rule it breaks; `column` is empty for a rule on whole rows.
    """

    source: str
    table: str
    rule: str
    column: str
    rows: int
    loads: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class QuarantinedRow:
    """One row that was not admitted.

    `line` is its 1-based line or record in the unit, `row_number` its ordinal in the load (None: it was no row at all).
    `reason` says of every rule it breaks what was found and expected. `original` is the received row: a JSON object by
    received column, or the text itself where it was no row.
    """

    source: str
    table: str
    unit: str
    load_id: str
    row_number: int | None
    line: int
    rule: str
    column: str
    reason: str
    original: str

    @property
    def received(self) -> dict[str, object] | None:
        """The received values by column; None where it was no row."""
        return None if self.row_number is None else json.loads(self.original)


def list_quarantined(
    layout: Layout, manifest: Manifest, source: str | None = None, table: str | None = None
) -> list[QuarantineGroup]:
    """What is quarantined, by source, table, rule and column; the most rows of a table first."""
    loads = {load.load_id: load for load in _loads(manifest, source, table)}
    if not loads:
        return []
    rows = duckdb.execute(
        f"""
        select source, table_name, rule, column_name, count(*) as rows, list(distinct load_id) as load_ids
        from {parquet(_files(layout, loads.values()))}
        group by source, table_name, rule, column_name
        order by source, table_name, rows desc, rule, column_name
        """
    ).fetchall()
    return [
        QuarantineGroup(
            *found,
            len(load_ids),
            min(loads[load_id].loaded_at for load_id in load_ids),
            max(loads[load_id].loaded_at for load_id in load_ids),
        )
        for *found, load_ids in rows
    ]


def show_quarantined(
    layout: Layout,
    manifest: Manifest,
    source: str | None = None,
    table: str | None = None,
    rule: str | None = None,
    load_id: str | None = None,
    limit: int | None = None,
) -> Iterator[QuarantinedRow]:
    """Quarantined rows in the order of landing, one after the other; each argument narrows them."""
    loads = [load for load in _loads(manifest, source, table) if load_id in (None, load.load_id)]
    if not loads:
        return
    where = "true" if rule is None else f"rule = {literal(rule)}"
    # A cursor of its own: the caller may ask for something else between two rows.
    rows = duckdb.connect().execute(
        f"""
        select {_COLUMNS} from {parquet(_files(layout, loads))} where {where}
        order by load_id, line, row_number
        {"" if limit is None else f"limit {limit}"}
        """
    )
    while batch := rows.fetchmany(1000):
        yield from (QuarantinedRow(*row) for row in batch)


def export_quarantined(
    layout: Layout, manifest: Manifest, target: Path, source: str, table: str, load_id: str | None = None
) -> tuple[int, int]:
    """Write quarantined rows of one table as CSV under their received headers, for mending.

    Returns how many rows were written, and how many lines were left out: what was no row has nothing to write.

    `quarantine_reason` is the last column: an extract may have more columns than are read, so the mended file can be
    dropped among the files of its source as it is.
    """
    found = list(show_quarantined(layout, manifest, source, table, load_id=load_id))
    rows = [row for row in found if row.received is not None]
    headers = list(dict.fromkeys(header for row in rows for header in row.received))
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*headers, QUARANTINE_REASON])
        writer.writerows(
            [
                *("" if (value := row.received.get(header)) is None else value for header in headers),
                row.reason,
            ]
            for row in rows
        )
    return len(rows), len(found) - len(rows)


def _loads(manifest: Manifest, source: str | None, table: str | None) -> list[Load]:
    return [load for load in manifest.loads(source, table, "admitted") if load.quarantined_rows]


def _files(layout: Layout, loads: Iterable[Load]) -> list[Path]:
    return [layout.quarantine_file(load.source, load.table, load.load_date, load.load_id) for load in loads]
