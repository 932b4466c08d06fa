"""The company that is measured: a deployment on files of the sample company, a history first and then some days.

Only the rows and their deployment belong here; what is done with them does not.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import yaml

from ingestion.sources.sample import SampleConfig, write_files
from orchestration.settings import REPOSITORY

NEW_DAYS = 5
"""Days that come as one file a table after the history: about one percent of two years."""


@dataclass(frozen=True)
class Company:
    """A deployment in `home` whose files lie in `exports`, those of the last days aside until they are delivered."""

    home: Path
    leads: int

    @property
    def exports(self) -> Path:
        return self.home / "exports"

    @property
    def aside(self) -> Path:
        return self.home / "aside"

    @property
    def config(self) -> SampleConfig:
        return SampleConfig(leads=self.leads, nights=NEW_DAYS)

    @property
    def evening(self) -> datetime:
        """The moment that the history ends at."""
        return self.morning - timedelta(days=NEW_DAYS)

    @property
    def morning(self) -> datetime:
        """The moment after the last day."""
        return datetime.combine(self.config.end + timedelta(days=1), time())

    @property
    def tables(self) -> list[str]:
        return sorted(folder.name for folder in self.exports.iterdir())

    def found(self, memory_limit: str, threads: int) -> None:
        """Write the deployment and its files; `home` must be a new folder."""
        rows = dict.fromkeys((False, True), 0)
        for dropped in write_files(self.config, self.exports, "csv"):
            is_new = dropped.path.name.startswith("night-")
            rows[is_new] += dropped.rows
            if is_new:
                _append(dropped.path, self.aside / f"{dropped.table}.csv")
                dropped.path.unlink()
        (self.home / "rows").write_text(f"{rows[False]} {rows[True]}")
        tables = {table: {"path": f"exports/{table}/*.csv"} for table in self.tables}
        configuration = {
            "memory_limit": memory_limit,
            "threads": threads,
            "sources": {"company": {"type": "files", "tables": tables}},
        }
        (self.home / "closedloop.yml").write_text(yaml.safe_dump(configuration, sort_keys=False))
        shutil.copytree(REPOSITORY / "dbt_project" / "seeds", self.home / "seeds")

    def rows(self) -> tuple[int, int]:
        """Rows of the history and of the last days."""
        history, new = (self.home / "rows").read_text().split()
        return int(history), int(new)

    def deliver(self) -> None:
        """Put the last days' files where the deployment looks for them."""
        for file in self.aside.iterdir():
            file.rename(self.exports / file.stem / "new.csv")


def _append(file: Path, target: Path) -> None:
    """Append a CSV file to another one, its header line only where that begins."""
    target.parent.mkdir(exist_ok=True)
    is_first = not target.exists()
    with file.open("rb") as source, target.open("ab") as sink:
        header = source.readline()
        if is_first:
            sink.write(header)
        shutil.copyfileobj(source, sink)


def utc(moment: datetime) -> str:
    """A naive UTC moment as ISO-8601."""
    return moment.replace(tzinfo=UTC).isoformat()


if __name__ == "__main__":
    folder, size, memory, count = sys.argv[1:]
    Company(Path(folder), int(size)).found(memory, int(count))
