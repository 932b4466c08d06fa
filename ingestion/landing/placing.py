"""How a file comes to lie in its place whole or not at all: a hidden neighbour, synced, then renamed.

What is written and what is recorded of it belongs to the callers.
"""

from __future__ import annotations

import os
from pathlib import Path

from ingestion.landing.layout import Layout
from ingestion.landing.manifest import Manifest

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


def sweep(layout: Layout, manifest: Manifest) -> list[Path]:
    """Remove what killed runs left behind and return it: partial files, and files of loads the manifest does not know.

    Only for one process at a time: a partial file of a running one would go as well.
    """
    known = {layout.root / load.path for load in manifest.loads()}
    admitted = {load.load_id for load in manifest.loads(state="admitted")}
    left = [
        *(path for layer in _layers(layout) for path in layer.rglob(f".*{_SUFFIX}")),
        *(path for path in layout.landing.rglob("*.parquet") if path not in known),
        *(
            path
            for layer in (layout.admitted, layout.quarantine)
            for path in layer.rglob("*.parquet")
            if path.stem not in admitted
        ),
    ]
    for path in left:
        path.unlink()
    return left


def _layers(layout: Layout) -> tuple[Path, Path, Path]:
    return layout.landing, layout.admitted, layout.quarantine
