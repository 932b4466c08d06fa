"""The version published before, as the base of the next one.

Only what may be taken over from it is decided here; taking it over is the writers' work.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestration.publish.content import Part, Table
from orchestration.publish.publication import Publication, part_path, sha256_of


@dataclass(frozen=True)
class PreviousVersion:
    """A version's folder and record. A file counts only while it is what the record says: damage is not handed on."""

    folder: Path
    publication: Publication

    def file(self, path: str) -> Path | None:
        """The file at `path` of the version; None when there is none or it is not as it was published."""
        for file in self.publication.files:
            if file.path == path and (self.folder / path).is_file():
                return self.folder / path if sha256_of(self.folder / path) == file.sha256 else None
        return None

    def parquet(self, table: Table, part: Part) -> Path | None:
        """The file that holds exactly the rows of `part`; None when there is none."""
        for published in self.publication.tables:
            if published.full_name == table.full_name and published.fits(table) and part in published.parts:
                return self.file(part_path(table, part))
        return None
