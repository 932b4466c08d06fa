"""From where the next window of a table is read: what its loads so far say of it.

How values compare belongs to `cursor`, what is kept of a load to the manifest.
"""

from __future__ import annotations

from datetime import datetime

from ingestion.landing.cursor import highest, lowest, plausible_until
from ingestion.landing.manifest import Manifest


def resume_cursor(manifest: Manifest, source: str, table: str) -> str | None:
    """From where to read on: the highest cursor value of the complete windows, as received; None for everything.

    A window that ended early had units it did not come to, whose rows may lie below those it landed. A load that gate 1
    has not admitted holds the cursor where it was read from, as its rows may be sent again under any name; one of which
    no row was admitted does not move it.
    """
    complete = manifest.complete_until(source, table)
    loads, read_from = manifest.loads(source, table), manifest.window_cursors(source, table)
    values = [
        load.cursor
        for load in loads
        if load.cursor is not None
        and load.admitted_rows
        and complete is not None
        and load.loaded_at <= complete
    ]
    # Loads recorded by older versions may carry an implausible future cursor.
    until = max((plausible_until(load.loaded_at) for load in loads), default=datetime.max)
    waiting = [read_from.get(load.load_id) for load in loads if load.state != "admitted"]
    return lowest([highest(values, until), *waiting])


def read_again_from(manifest: Manifest, source: str, table: str) -> dict[str, str | None]:
    """Unit to the cursor its newest load was read from, where rows of that are quarantined: they may be sent mended.

    None, which is everything, also where an older manifest does not know it.
    """
    newest = {load.unit: load for load in manifest.loads(source, table)}
    read_from = manifest.window_cursors(source, table)
    return {unit: read_from.get(load.load_id) for unit, load in newest.items() if load.quarantined_rows}
