"""Where everything of a deployment's data folder lies.

Paths only: nothing here reads, writes or creates a folder.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The data folder of one deployment. `root` is the folder that `data:` in closedloop.yml names."""

    root: Path

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def admitted(self) -> Path:
        return self.root / "admitted"

    @property
    def quarantine(self) -> Path:
        return self.root / "quarantine"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def dbt(self) -> Path:
        return self.root / "dbt"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    @property
    def scratch(self) -> Path:
        """Where sessions spill what memory does not hold."""
        return self.root / "scratch"

    @property
    def set_aside(self) -> Path:
        """Landed files that no load names, kept for people to look at."""
        return self.root / "set-aside"

    @property
    def lock(self) -> Path:
        """Locked by the process that writes to the folder."""
        return self.root / ".lock"

    @property
    def told_db(self) -> Path:
        """Which broken promises were told to whom."""
        return self.root / "alerts.db"

    @property
    def manifest_db(self) -> Path:
        return self.landing / "manifest.db"

    def landing_table(self, source: str, table: str) -> Path:
        """The folder that holds every landed file of one table of one source."""
        return self.landing / source / table

    def landing_file(self, source: str, table: str, load_date: date, load_id: str) -> Path:
        return _file(self.landing, source, table, load_date, load_id)

    def admitted_file(self, source: str, table: str, load_date: date, load_id: str) -> Path:
        return _file(self.admitted, source, table, load_date, load_id)

    def quarantine_file(self, source: str, table: str, load_date: date, load_id: str) -> Path:
        return _file(self.quarantine, source, table, load_date, load_id)

    def relative(self, path: Path) -> str:
        """`path` as the manifest names it: relative to the data folder, with forward slashes."""
        return path.relative_to(self.root).as_posix()


def load_id(loaded_at: datetime, unit: str, fingerprint: str) -> str:
    """The id of a load: sorts by the (naive UTC) moment of landing, unique by what was landed."""
    digest = hashlib.sha256(f"{unit}\n{fingerprint}".encode()).hexdigest()
    return f"{loaded_at:%Y%m%dT%H%M%S%f}Z-{digest[:8]}"


def _file(layer: Path, source: str, table: str, load_date: date, load_id: str) -> Path:
    return layer / source / table / f"load_date={load_date.isoformat()}" / f"{load_id}.parquet"
