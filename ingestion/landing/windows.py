"""From where the next window of a table is read: what its loads so far say of it.

How values compare belongs to `cursor`, what is kept of a load to the manifest.
"""

from __future__ import annotations

from ingestion.landing.cursor import highest
from ingestion.landing.manifest import Manifest


def reached(manifest: Manifest, source: str, table: str) -> str | None:
    """The highest cursor value of the complete windows, as received; None when there is none.

    A window that ended early had units it did not come to, whose rows may lie below those it landed.
    """
    complete = manifest.complete_until(source, table)
    return highest(
        [
            load.cursor
            for load in manifest.loads(source, table)
            if load.cursor is not None and complete is not None and load.loaded_at <= complete
        ]
    )
