"""The manifest's second copy: made after every night, and put back when the manifest is damaged.

Only copying and checking the file belong here; what stands in it does not.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from ingestion.errors import ClosedloopError
from ingestion.landing.layout import Layout
from ingestion.landing.placing import partial, place

COPY = "manifest.copy.db"


class ManifestLost(ClosedloopError):
    """The manifest is gone, though it was there."""


class NoCopy(ClosedloopError):
    """The manifest cannot be put back, for there is no copy that can be read."""


def damage(path: Path) -> str | None:
    """What is wrong with the manifest at `path`; None where all is well. It reads the whole file."""
    if not path.exists():
        return "it is missing"
    try:
        with closing(sqlite3.connect(path, timeout=60)) as connection:
            told = [row[0] for row in connection.execute("pragma integrity_check(3)")]
            connection.execute("select count(*) from loads")
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if told == ["ok"] else "; ".join(told)


def loss(layout: Layout) -> str | None:
    """Why the manifest cannot be the one of this landing; None where it can be. Cheap enough for every night.

    A manifest that was lost would be begun anew, and everything landed once more.
    """
    named, kept = _named_loads(layout.manifest_db), _named_loads(layout.landing / COPY)
    if named is None and layout.manifest_db.exists():
        return "it is empty or no manifest"
    if (named or 0) < (kept or 0):
        return "it is missing" if named is None else f"it names {named} loads, its copy {COPY} {kept}"
    if named is None and any(layout.landing.rglob("*.parquet")):
        return "it is missing"
    return None if named else _unnamed(layout)


def _unnamed(layout: Layout) -> str | None:
    """What is wrong with a manifest of this landing that names no load."""
    landed = len(list(layout.landing.rglob("*.parquet")))
    # One may have been left by a kill, placed and not named yet.
    return f"it names no load, though {landed} files are landed" if landed > 1 else None


def expect_manifest(layout: Layout) -> None:
    """Raise ManifestLost when the manifest is not the one of this landing."""
    found = loss(layout)
    if found is not None:
        raise ManifestLost(
            f"the manifest {layout.manifest_db}: {found}; expected the one that names every landed file. "
            f"`closedloop doctor --repair` puts its copy {COPY} back; or restore data/landing from a backup"
        )


def _named_loads(path: Path) -> int | None:
    """How many loads a manifest names; None where there is none that can be read."""
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(path, timeout=60)) as connection:
            return connection.execute("select count(*) from loads").fetchone()[0]
    except sqlite3.DatabaseError:
        return None


def keep_copy(layout: Layout) -> None:
    """Replace the copy by the manifest as it is now; one that is damaged, lost or begun anew leaves the copy as it is.

    Nights that stop because of such a manifest come here too, and the copy is what mends it.
    """
    if damage(layout.manifest_db) is not None or loss(layout) is not None:
        return
    final = layout.landing / COPY
    partial(final).unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(layout.manifest_db, timeout=60)) as manifest,
        closing(sqlite3.connect(partial(final))) as copy,
    ):
        manifest.backup(copy)
    place(final)


def put_back(layout: Layout) -> Path | None:
    """Put the copy in the place of a damaged manifest, which is kept under the name returned.

    Raises NoCopy, and changes nothing, when there is no copy that can be read, or it is not one of this landing.
    """
    copy = layout.landing / COPY
    found = damage(copy) or (None if _named_loads(copy) else _unnamed(layout))
    if found is not None:
        raise NoCopy(
            f"there is no copy to put back ({copy}: {found}). Restore data/landing, data/admitted and data/quarantine "
            "together from a backup; without one, move the three aside, and the next night lands what the sources have"
        )
    aside = None
    if layout.manifest_db.exists():
        aside = layout.manifest_db.with_name(f"{layout.manifest_db.name}.damaged")
        os.replace(layout.manifest_db, aside)
    # A journal of the damaged file would be played back into the copy.
    layout.manifest_db.with_name(f"{layout.manifest_db.name}-journal").unlink(missing_ok=True)
    shutil.copyfile(copy, partial(layout.manifest_db))
    place(layout.manifest_db)
    return aside
