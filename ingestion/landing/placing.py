"""How a file comes to lie in its place whole or not at all: a hidden neighbour, synced, then renamed.

What is written and what is recorded of it belongs to the callers.
"""

from __future__ import annotations

import os
from pathlib import Path

from ingestion.landing.layout import Layout
from ingestion.landing.manifest import Manifest, ManifestError

_SUFFIX = ".partial"


def partial(final: Path) -> Path:
    """Where the file that will be `final` is written; its folder exists afterwards, no glob over Parquet meets it."""
    final.parent.mkdir(parents=True, exist_ok=True)
    return final.with_name(f".{final.name}{_SUFFIX}")


def place(final: Path) -> None:
    """Make the finished partial file durable and visible under its name, replacing what was there."""
    written = partial(final)
    with written.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(written, final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def sweep(layout: Layout, manifest: Manifest, source: str, table: str) -> None:
    """Remove what killed runs left of one table: partial files, and files no load of the manifest names.

    Only while nobody else lands or admits this table. A kill leaves at most one landed file without a load, the newest;
    more of them mean that the manifest is not the one of this landing: raises ManifestError, nothing is removed.
    """
    known = manifest.loads(source, table)
    named = {layout.root / load.path for load in known}
    admitted = {load.load_id for load in known if load.state == "admitted"}
    strays = sorted(set(layout.landing_table(source, table).rglob("*.parquet")) - named)
    if len(strays) > 1 or (strays and known and strays[0].stem < known[-1].load_id):
        folder = layout.landing_table(source, table)
        raise ManifestError(
            f"{folder} holds {len(strays)} landed files, such as {strays[0].name}, that the manifest {manifest.path} "
            "does not name; expected it to name every one. Nothing was removed. Restore the manifest from a backup, "
            "or let `closedloop doctor --repair` set the files aside."
        )
    derived = [layer / source / table for layer in (layout.admitted, layout.quarantine)]
    left = [
        *strays,
        *(path for folder in derived for path in folder.rglob("*.parquet") if path.stem not in admitted),
        *(
            path
            for folder in (layout.landing_table(source, table), *derived)
            for path in folder.rglob(f".*{_SUFFIX}")
        ),
    ]
    for path in left:
        path.unlink()
