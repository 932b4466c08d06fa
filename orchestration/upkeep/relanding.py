"""A landed file that was lost or damaged, written anew from the source it came from, where that still has the same.

Finding the damage is the doctor's business, writing the file the landing's.
"""

from __future__ import annotations

from ingestion.errors import ClosedloopError
from ingestion.landing.cursor import highest
from ingestion.landing.manifest import Load, Manifest
from ingestion.landing.writer import land_again
from ingestion.sources.base import Extract, Window
from orchestration.settings import Deployment


class NotAsLanded(ClosedloopError):
    """The source no longer gives what was landed, so that only a backup has it."""


def unit_as_landed(deployment: Deployment, manifest: Manifest, load: Load) -> Extract:
    """The unit of a load in its source, unchanged since. Raises NotAsLanded, and what a source raises."""
    source = deployment.sources.get(load.source)
    if source is None or load.table not in source.tables:
        raise _not_as_landed(load, f"closedloop.yml no longer names {load.table} of {load.source}")
    window = Window(load.window_until or load.loaded_at, cursor=_cursor_of_then(manifest, load))
    found = next((one for one in source.extract(load.table, window) if one.unit == load.unit), None)
    if found is None:
        raise _not_as_landed(load, f"{load.unit} is gone")
    if found.fingerprint != load.fingerprint:
        raise _not_as_landed(load, f"{load.unit} has other content now")
    return found


def _cursor_of_then(manifest: Manifest, load: Load) -> str | None:
    """The cursor below which rows were left out when the load was landed, so that they are again."""
    known = manifest.window_cursors(load.source, load.table)
    if load.load_id in known:
        return known[load.load_id]
    # A manifest from before this was kept: then the cursor was the highest of all earlier loads.
    earlier = [one for one in manifest.loads(load.source, load.table) if one.load_id < load.load_id]
    return highest([one.cursor for one in earlier if one.cursor is not None])


def reland(deployment: Deployment, manifest: Manifest, load: Load, extract: Extract) -> None:
    """Write the file of `load` anew from `extract`. Raises NotAsLanded when the rows are others than those landed."""
    options = deployment.options
    is_same = land_again(
        deployment.layout,
        manifest,
        load,
        extract,
        memory_limit=options.memory_limit,
        threads=options.threads,
    )
    if not is_same:
        raise _not_as_landed(load, f"{load.unit} is read otherwise than it was then")


def _not_as_landed(load: Load, found: str) -> NotAsLanded:
    return NotAsLanded(
        f"{found}: restore {load.path} from a backup; it has {load.bytes} bytes, sha256 {load.sha256[:16]}…"
    )
