"""What damage a data folder has, and how it is mended: one case after the other, in the order data flow.

A part that knows how to check or mend itself does so in its own module; here they are asked in turn. Nothing is
removed that cannot be made again. The caller holds the lock on the data folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from ingestion.engine import connect, parquet
from ingestion.errors import ClosedloopError
from ingestion.landing import safekeeping
from ingestion.landing.layout import Layout
from ingestion.landing.manifest import Load, Manifest
from ingestion.sources.base import Extract
from orchestration.publish import PublishError, verify, withdraw
from orchestration.publish.version_store import VersionStore
from orchestration.quality.gate1 import admit_pending
from orchestration.settings import Deployment
from orchestration.transform.warehouse import discard, unusable
from orchestration.upkeep.relanding import reland, unit_as_landed

LEAST_FREE = 1_000_000_000
"""Bytes that a small deployment's night may want for what it spills and publishes."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: in which part, what was found, what to do; `is_mended` once it no longer is."""

    part: str
    found: str
    action: str
    is_mended: bool = False


@dataclass(frozen=True)
class _Case:
    part: str
    found: str
    action: str
    mend: Callable[[], object] | None = None


def examine(deployment: Deployment, *, repair: bool) -> Iterator[Finding]:
    """Everything that is wrong, each mended before the next is looked for when `repair` is true.

    Reads every landed, admitted, quarantined and published file whole.
    """
    for case in _cases(deployment):
        if not repair or case.mend is None:
            yield Finding(case.part, case.found, case.action)
            continue
        try:
            case.mend()
        except ClosedloopError as error:
            yield Finding(case.part, case.found, str(error))
        else:
            yield Finding(case.part, case.found, case.action, is_mended=True)


def _cases(deployment: Deployment) -> Iterator[_Case]:
    layout = deployment.layout
    yield from _disk(layout)
    yield from _manifest(layout)
    if layout.manifest_db.exists() and _manifest_damage(layout) is None:
        manifest = Manifest(layout.manifest_db)
        lost: set[str] = set()
        yield from _landing(deployment, manifest, lost)
        yield from _admitted(deployment, manifest, lost)
        yield from _leftovers(layout, manifest)
    yield from _warehouse(layout)
    yield from _published(layout)


def _disk(layout: Layout) -> Iterator[_Case]:
    # A night writes a warehouse and a version beside those there are.
    built = layout.warehouse.stat().st_size if layout.warehouse.exists() else 0
    wanted, free = max(2 * built, LEAST_FREE), shutil.disk_usage(layout.root).free
    if free < wanted:
        yield _Case(
            "disk",
            f"{free / 1e9:.1f} GB free at {layout.root}",
            f"make room: a night may want {wanted / 1e9:.1f} GB",
        )


def _manifest(layout: Layout) -> Iterator[_Case]:
    found = _manifest_damage(layout)
    if found is not None:
        yield _Case(
            "manifest",
            f"{layout.relative(layout.manifest_db)}: {found}",
            f"put back its copy of the last night, {safekeeping.COPY}",
            partial(safekeeping.put_back, layout),
        )


def _manifest_damage(layout: Layout) -> str | None:
    is_there = layout.manifest_db.exists()
    return (safekeeping.damage(layout.manifest_db) if is_there else None) or safekeeping.loss(layout)


def _landing(deployment: Deployment, manifest: Manifest, lost: set[str]) -> Iterator[_Case]:
    """Landed files that are not as they were landed; the loads of those that stay so are noted in `lost`."""
    layout, loads = deployment.layout, manifest.loads()
    for load in loads:
        found = _changed(layout.root / load.path, load)
        if found is None:
            continue
        lost.add(load.load_id)
        what = f"{load.path} ({load.unit}): {found}"
        try:
            unit = unit_as_landed(deployment, manifest, load)
        except ClosedloopError as error:
            yield _Case("landing", what, str(error))
            continue

        def mend(load: Load = load, unit: Extract = unit) -> None:
            reland(deployment, manifest, load, unit)
            lost.discard(load.load_id)

        yield _Case("landing", what, f"land it again from {load.unit}, which is as it was", mend)
    for path in sorted(set(layout.landing.rglob("*.parquet")) - {layout.root / load.path for load in loads}):
        yield _Case(
            "landing",
            f"{layout.relative(path)}: the manifest does not name it",
            "move it to data/set-aside; the next night lands its unit again if the source still has it",
            partial(_set_aside, layout, path),
        )


def _changed(path: Path, load: Load) -> str | None:
    if not path.is_file():
        return "it is missing"
    if path.stat().st_size != load.bytes:
        return f"it has {path.stat().st_size} bytes instead of {load.bytes}"
    with path.open("rb") as file:
        is_same = hashlib.file_digest(file, "sha256").hexdigest() == load.sha256
    return None if is_same else "it was changed since it was landed"


def _set_aside(layout: Layout, path: Path) -> None:
    target = layout.set_aside / path.relative_to(layout.root)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(path, target)


def _admitted(deployment: Deployment, manifest: Manifest, lost: set[str]) -> Iterator[_Case]:
    """What gate 1 wrote and is missing or unreadable: made again from the landing."""
    layout = deployment.layout
    for load in manifest.loads(state="admitted"):
        named = load.source, load.table, load.load_date, load.load_id
        for part, path, rows in (
            ("admitted", layout.admitted_file(*named), load.admitted_rows),
            ("quarantine", layout.quarantine_file(*named), load.quarantined_rows),
        ):
            found = _unreadable(deployment, path, rows or 0)
            if found is None:
                continue
            what = f"{layout.relative(path)} ({load.unit}): {found}"
            source = deployment.sources.get(load.source)
            if load.load_id in lost:
                yield _Case(part, what, "mend its landed file first")
            elif source is None or load.table not in source.tables:
                yield _Case(
                    part, what, f"name {load.table} of {load.source} in closedloop.yml again, then repair"
                )
            else:
                yield _Case(
                    part, what, "judge the load again from the landing", partial(_admit, deployment, load)
                )
            break


def _unreadable(deployment: Deployment, path: Path, rows: int) -> str | None:
    if not rows:
        return None
    if not path.is_file():
        return "it is missing"
    options = deployment.options
    try:
        with connect(options.memory_limit, options.threads, deployment.layout.scratch) as database:
            # Every value takes part in the hash: a count alone would read no more than the file's last lines.
            query = f"select count(*), bit_xor(hash(file_rows)) from {parquet([path])} as file_rows"
            (found, _) = database.execute(query).fetchone()
    except duckdb.Error as error:
        return f"it cannot be read ({str(error).splitlines()[0]})"
    return None if found == rows else f"it has {found} rows instead of {rows}"


def _admit(deployment: Deployment, load: Load) -> None:
    manifest, options = Manifest(deployment.layout.manifest_db), deployment.options
    manifest.reopen(load.load_id)
    admit_pending(
        deployment.layout,
        manifest,
        deployment.sources[load.source],
        load.table,
        memory_limit=options.memory_limit,
        threads=options.threads,
    )


def _leftovers(layout: Layout, manifest: Manifest) -> Iterator[_Case]:
    admitted = {load.load_id for load in manifest.loads(state="admitted")}
    left = [
        *(
            path
            for layer in (layout.landing, layout.admitted, layout.quarantine)
            for path in layer.rglob(".*.partial")
        ),
        *(
            path
            for layer in (layout.admitted, layout.quarantine)
            for path in layer.rglob("*.parquet")
            if path.stem not in admitted and not path.name.startswith(".")
        ),
        *(path for path in layout.scratch.rglob("*") if path.is_file()),
    ]
    if left:
        yield _Case(
            "leftovers",
            f"{len(left)} files of killed runs, such as {layout.relative(left[0])}",
            "remove them",
            lambda: [path.unlink() for path in left],
        )


def _warehouse(layout: Layout) -> Iterator[_Case]:
    found = unusable(layout.warehouse)
    if found is not None:
        yield _Case(
            "warehouse",
            f"{layout.warehouse.name}: {found}",
            "remove it; the next night builds it anew from what was admitted",
            partial(discard, layout.warehouse),
        )


def _published(layout: Layout) -> Iterator[_Case]:
    store = VersionStore(layout.published)
    for name in reversed(store.names()):
        try:
            damage = verify(layout.published, name)
        except PublishError as error:
            damage = [str(error)]
        if damage:
            is_live = name == store.live()
            yield _Case(
                "published",
                f"{name}{', which is live' if is_live else ''}: {'; '.join(damage)}",
                "withdraw it; the newest version that is as it was published is live then",
                partial(withdraw, layout.published, name),
            )
