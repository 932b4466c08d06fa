"""One table's way from its sources into the landing: every unit that is not there yet, oldest first.

Which units there are is the source's business, how they are written the landing's.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ingestion.errors import ClosedloopError
from ingestion.landing.cursor import highest, lowest
from ingestion.landing.manifest import Load
from ingestion.landing.placing import sweep
from ingestion.landing.windows import read_again_from, resume_cursor
from ingestion.landing.writer import land
from ingestion.sources.base import Source, Window
from orchestration.night import Night

logger = logging.getLogger("closedloop.landing")

EARLIEST = "0001-01-01T00:00:00Z"


@dataclass(frozen=True)
class Landed:
    """What a night landed of one table."""

    table: str
    loads: tuple[Load, ...]

    @property
    def rows(self) -> int:
        return sum(load.rows for load in self.loads)


def land_table(night: Night, table: str) -> Landed:
    """Land whatever the sources of `table` have that the landing does not hold. Raises what a source raises.

    An error that may pass is met by trying again after a pause that doubles, as often as the deployment says. What was
    landed until then stays landed.
    """
    options = night.deployment.options
    pauses = [options.retry_seconds * 2**attempt for attempt in range(options.retries)]
    loads: list[Load] = []
    for source in night.deployment.sources_of(table):
        for pause in (*pauses, None):
            try:
                for load in _land(night, source, table, tuple(loads)):
                    loads.append(load)
                break
            except ClosedloopError as error:
                if pause is None or not error.may_pass:
                    raise
                logger.warning("%s of %s: %s Trying again in %g s", table, source.name, error, pause)
                time.sleep(pause)
    return Landed(table, tuple(loads))


def _land(night: Night, source: Source, table: str, done: Sequence[Load]) -> Iterator[Load]:
    manifest, layout, options = night.manifest, night.deployment.layout, night.deployment.options
    sweep(layout, manifest, source.name, table)
    window = _window(night, source.name, table, done)
    for extract in source.extract(table, window):
        load = land(
            layout,
            manifest,
            source.name,
            table,
            extract,
            datetime.now(UTC).replace(tzinfo=None),
            night.as_of,
            again=night.since is not None,
            window_cursor=window.cursor_of(extract.unit),
            memory_limit=options.memory_limit,
            threads=options.threads,
        )
        if load is None:
            continue
        logger.info("landed %s of %s: %s rows from %s", table, source.name, f"{load.rows:,}", load.unit)
        yield load
    manifest.complete_window(source.name, table)


def _window(night: Night, source: str, table: str, done: Sequence[Load]) -> Window:
    """What the night wants of a table; `done` are the loads it landed itself.

    With `since`, a table with a cursor is asked for all its units, and of them for the rows from that moment on; any
    other for the units that were landed since.
    """
    manifest = night.manifest
    landed, cursor = manifest.landed_units(source, table), resume_cursor(manifest, source, table)
    if night.since is not None:
        loads = manifest.loads(source, table)
        has_cursor = any(load.cursor is not None for load in loads)
        before = [] if has_cursor else [load for load in loads if load.loaded_at < night.since]
        landed = {load.unit: load.fingerprint for load in (*before, *done) if load.source == source}
        cursor = _lowered(cursor, f"{night.since.isoformat()}Z")
    return Window(night.as_of, landed, cursor, read_again_from(manifest, source, table))


def _lowered(cursor: str | None, since: str) -> str | None:
    """The earlier one of a cursor and a moment; None, for all rows, where the cursor is no moment."""
    if cursor is None or highest([cursor, EARLIEST]) != cursor:
        return None
    return lowest([cursor, since])
