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


def expect_manifest(layout: Layout) -> None:
    """Raise ManifestLost when there is a copy and no manifest: an empty one would land everything once more."""
    if (layout.landing / COPY).exists() and not layout.manifest_db.exists():
        raise ManifestLost(
            f"the manifest {layout.manifest_db} is missing; expected it beside its copy {COPY}. "
            "`closedloop doctor --repair` puts the copy back; or restore data/landing from a backup"
        )


def keep_copy(layout: Layout) -> None:
    """Replace the copy by the manifest as it is now; a damaged one, or none, leaves the copy as it is."""
    if damage(layout.manifest_db) is not None:
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

    Raises NoCopy, and changes nothing, when there is no copy that can be read.
    """
    copy = layout.landing / COPY
    found = damage(copy)
    if found is not None:
        raise NoCopy(
            f"there is no copy to put back ({copy}: {found}). Restore data/landing, data/admitted and data/quarantine "
            "together from a backup"
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
