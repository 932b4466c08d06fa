"""One table's way from its sources into the landing: every unit that is not there yet, oldest first.

Which units there are is the source's business, how they are written the landing's.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from ingestion.landing.manifest import Load
from ingestion.landing.placing import sweep
from ingestion.landing.writer import land
from ingestion.sources.base import Window
from orchestration.night import Night

logger = logging.getLogger("closedloop.landing")


@dataclass(frozen=True)
class Landed:
    """What a night landed of one table."""

    table: str
    loads: tuple[Load, ...]

    @property
    def rows(self) -> int:
        return sum(load.rows for load in self.loads)


def land_table(night: Night, table: str) -> Landed:
    """Land whatever the sources of `table` have that the landing does not hold. Raises what a source raises."""
    manifest, layout, options = night.manifest, night.deployment.layout, night.deployment.options
    loads = []
    for source in night.deployment.feeding(table):
        sweep(layout, manifest, source.name, table)
        window = Window(
            night.as_of, manifest.landed_units(source.name, table), manifest.cursor(source.name, table)
        )
        for extract in source.extract(table, window):
            loaded_at = datetime.now(UTC).replace(tzinfo=None)
            load = land(
                layout,
                manifest,
                source.name,
                table,
                extract,
                loaded_at,
                night.as_of,
                memory_limit=options.memory_limit,
                threads=options.threads,
            )
            if load is None:
                continue
            logger.info("landed %s of %s: %s rows from %s", table, source.name, f"{load.rows:,}", load.unit)
            loads.append(load)
    return Landed(table, tuple(loads))
