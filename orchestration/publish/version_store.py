"""Where published versions lie, which one is live, and how that changes without a reader seeing half of it.

Folders, links and the lock belong here; what a version holds does not. Every version is a folder that never changes
once it has its name; `current` is the one link that says which is live, and all that readers open leads through it.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from ingestion.errors import ClosedloopError

DATABASE = "closedloop.duckdb"
# Not restricted.duckdb: DuckDB names an opened file by its stem, and restricted.dim_person would be ambiguous.
RESTRICTED = "closedloop_restricted.duckdb"
PARQUET = "parquet"
MANIFEST = "manifest.json"

_NAME = re.compile(r"v\d{6,}")


class PublishError(ClosedloopError):
    """Something could not be published, rolled back or read; what was live before still is."""


class UnknownVersion(PublishError):
    """A version was asked for that does not exist."""


class VersionStore:
    """The folder `published/` of a deployment."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.versions = root / "versions"

    def folder(self, version: str) -> Path:
        return self.versions / version

    def names(self) -> list[str]:
        """The complete versions, oldest first."""
        if not self.versions.is_dir():
            return []
        return sorted(
            (entry.name for entry in self.versions.iterdir() if _NAME.fullmatch(entry.name)),
            key=lambda name: int(name[1:]),
        )

    def live(self) -> str | None:
        """The version readers get; None before the first publication."""
        try:
            name = Path(os.readlink(self.root / "current")).name
        except FileNotFoundError:
            return None
        return name if self.folder(name).is_dir() else None

    @contextmanager
    def locked(self, *, wait: bool) -> Iterator[Path]:
        """Lock the store against other writers, with an empty folder closed to other users to work in.

        Readers need no lock, and a kill gives it back. Raises PublishError when another process holds it and `wait` is
        false.
        """
        self.versions.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise PublishError(
                    f"another process is publishing to {self.root}; nothing was changed. Try again when it has ended"
                ) from None
            self._clear()
            workshop = self.versions / ".workshop"
            workshop.mkdir(mode=0o700)
            try:
                yield workshop
            finally:
                self._clear()

    def _clear(self) -> None:
        """Remove what is in the making or half removed, also by a publication that was killed."""
        for link in self.root.glob(".*.link"):
            link.unlink()
        for folder in self.versions.glob(".*"):
            shutil.rmtree(folder)

    def next_name(self) -> str:
        """The name of the version to come."""
        return f"v{int(self.names()[-1][1:]) + 1 if self.names() else 1:06d}"

    def place(self, building: Path, name: str) -> None:
        """Give a finished version its name; it is not live yet.

        Its files must be synced already, and the lock must be held.
        """
        for folder in (building, *(path for path in building.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
            _sync(folder)
        building.rename(self.folder(name))
        _sync(self.versions)

    def make_live(self, name: str) -> None:
        """Turn readers to version `name`: one rename of one link. The lock must be held."""
        for entry in (DATABASE, RESTRICTED, PARQUET, MANIFEST):
            self._link(entry, f"current/{entry}")
        self._link("current", f"versions/{name}")
        _sync(self.root)

    def _link(self, name: str, target: str) -> None:
        link = self.root / name
        if link.is_symlink() and os.readlink(link) == target:
            return
        aside = self.root / f".{name}.link"
        aside.symlink_to(target)
        os.replace(aside, link)

    def retire(self, keep: int, passing: Collection[str] = ()) -> None:
        """Remove all but the newest `keep` versions and the live one, the `passing` ones not counted.

        The newest two of all stay as well: a reader may have looked up a path in the one before just now. Files that
        readers have open live on until they close them. The lock must be held.
        """
        names = self.names()
        lasting = [name for name in names if name not in passing]
        for name in names:
            if name not in (*lasting[-keep:], *names[-2:], self.live()):
                self.remove(name)

    def remove(self, name: str) -> None:
        """Remove version `name`; it is none from the first moment on. The lock must be held."""
        leaving = self.versions / f".removing-{name}"
        self.folder(name).rename(leaving)
        shutil.rmtree(leaving)


def sync_file(path: Path) -> None:
    """Have the disk hold what was written to `path`."""
    _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
