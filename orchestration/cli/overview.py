"""What `closedloop status` tells of a deployment: what is live, the last nights, freshness, quarantine and disk.

Only reading and telling belong here.
"""

from __future__ import annotations

from pathlib import Path

from ingestion.landing.layout import Layout
from ingestion.landing.manifest import Load, Manifest
from orchestration.cli import printing
from orchestration.freshness import Freshness, freshness
from orchestration.history import last_nights
from orchestration.publish import current, versions
from orchestration.publish.version_store import DATABASE
from orchestration.settings import Deployment, now

NIGHTS = 7


def tell(deployment: Deployment) -> None:
    """Everything, in the order of what one asks first."""
    layout = deployment.layout
    _tell_live(layout)
    nights = last_nights(deployment, NIGHTS)
    if nights:
        printing.table(
            ("night", "only", "started (UTC)", "seconds", "result"),
            [
                (
                    night.run_id[:8],
                    night.only,
                    night.started,
                    round((night.ended - night.started).total_seconds(), 1)
                    if night.started and night.ended
                    else None,
                    night.status,
                )
                for night in nights
            ],
            "Last nights",
        )
    if layout.manifest_db.exists():
        _tell_tables(Manifest(layout.manifest_db).loads(), freshness(deployment, now()))
    _tell_disk(layout)


def _tell_live(layout: Layout) -> None:
    live = current(layout.published)
    if live is None:
        printing.say(f"nothing is published in {layout.published} yet; run `closedloop run`")
        return
    printing.say(
        f"live: {live.version}, as of {printing.cell(live.as_of)} UTC, published {printing.cell(live.published_at)} UTC"
    )
    printing.say(f"      {layout.published / DATABASE}")
    former = next((version for version in versions(layout.published) if version.version < live.version), None)
    if former is not None:
        before = {table.full_name: table for table in former.tables}
        changed = [
            (table.full_name, table.rows, table.rows - before[table.full_name].rows)
            for table in live.tables
            if table.full_name in before and before[table.full_name].content != table.content
        ]
        printing.table(("table", "rows", "more than before"), changed, f"Changed since {former.version}")


def _tell_tables(loads: list[Load], fresh: list[Freshness]) -> None:
    expected = {(one.source, one.table): one.expected_hours for one in fresh}
    newest: dict[tuple[str, str], list[Load]] = {}
    for load in loads:
        newest.setdefault((load.source, load.table), []).append(load)
    printing.table(
        (
            "source",
            "table",
            "last landed (UTC)",
            "hours ago",
            "expected within",
            "loads",
            "rows",
            "quarantined",
            "waiting",
        ),
        [
            (
                *name,
                found[-1].loaded_at,
                round((now() - found[-1].loaded_at).total_seconds() / 3600, 1),
                expected.get(name),
                len(found),
                sum(load.rows for load in found),
                sum(load.quarantined_rows or 0 for load in found),
                sum(load.state != "admitted" for load in found),
            )
            for name, found in sorted(newest.items())
        ],
        "Landed tables",
    )
    for one in fresh:
        if one.is_late:
            printing.say(f"late: {one}")


def _tell_disk(layout: Layout) -> None:
    parts = {
        "landing": layout.landing,
        "admitted": layout.admitted,
        "quarantine": layout.quarantine,
        "warehouse": layout.warehouse,
        "published": layout.published,
    }
    printing.table(
        ("part", "size"), [(name, printing.size(_bytes(path))) for name, path in parts.items()], "Disk"
    )


def _bytes(path: Path) -> int:
    """What a file or folder takes; versions share files, and each counts once."""
    files = [path] if path.is_file() else [found for found in path.rglob("*") if found.is_file()]
    return sum(
        {(info.st_dev, info.st_ino): info.st_size for info in (file.stat() for file in files)}.values()
    )
