"""How late the data of each table are, against what closedloop.yml expects of them.

Late data are told and alerted, and stop nothing: yesterday's figures are better than none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ingestion.landing.manifest import Manifest
from orchestration.settings import Deployment


@dataclass(frozen=True)
class Freshness:
    """How many hours ago something new of a table of a source was landed last; None for never.

    `expected_hours` is None where nothing is expected.
    """

    source: str
    table: str
    hours: float | None
    expected_hours: float | None

    @property
    def is_late(self) -> bool:
        return self.expected_hours is not None and (self.hours is None or self.hours > self.expected_hours)

    def __str__(self) -> str:
        found = "nothing was landed yet" if self.hours is None else f"nothing new for {self.hours:.1f} hours"
        expected = "" if self.expected_hours is None else f", expected every {self.expected_hours:g}"
        return f"{self.table} of {self.source}: {found}{expected}"


def freshness(deployment: Deployment, at: datetime, table: str | None = None) -> list[Freshness]:
    """The freshness of every table of every source (or of one table) at a naive UTC moment, by source and table."""
    newest: dict[tuple[str, str], datetime] = {}
    if deployment.layout.manifest_db.exists():
        for load in Manifest(deployment.layout.manifest_db).loads(table=table):
            newest[load.source, load.table] = load.loaded_at
    found = []
    for source in deployment.sources.values():
        for name in source.tables:
            if table in (None, name):
                landed = newest.get((source.name, name))
                hours = None if landed is None else (at - landed).total_seconds() / 3600
                found.append(Freshness(source.name, name, hours, source.expected_hours(name)))
    return sorted(found, key=lambda one: (one.source, one.table))
