"""The act of publishing: the warehouse's open tables as a new version, built aside and made live in one step.

What a version's files look like is the writers' concern; listing, checking and going back stand in `versions`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb

from orchestration.publish.content import (
    PUBLIC_SCHEMAS,
    RESTRICTED_SCHEMAS,
    Description,
    Table,
    digest,
    literal,
)
from orchestration.publish.database import attached, write_database
from orchestration.publish.inspection import inspect_tables
from orchestration.publish.parquet import write_parquet
from orchestration.publish.previous_version import PreviousVersion
from orchestration.publish.publication import File, Publication, readable_publication, sha256_of
from orchestration.publish.version_store import (
    DATABASE,
    MANIFEST,
    RESTRICTED,
    PublishError,
    VersionStore,
    sync_file,
)


def publish(
    warehouse: Path,
    published: Path,
    *,
    as_of: datetime,
    run_id: str,
    git_revision: str | None,
    schema_version: str,
    inputs_key: str,
    keep_versions: int,
    descriptions: Mapping[str, Description],
    only: str | None = None,
    memory_limit: str = "4GB",
    threads: int = 2,
) -> Publication:
    """Publish the warehouse file's schemas marts and reports, and restricted apart; gives the version live then.

    It is the one that was live before when content and `inputs_key` are the same. `as_of` is naive UTC. `descriptions`,
    by table name, become comments. With `only`, the version is passing: it is not one of the `keep_versions` and goes
    once two newer ones are there. A kill at any moment leaves the former version live or the new one, and the next call
    clears what was left. Raises PublishError when the warehouse cannot be read or the version cannot be written; what
    was live stays.
    """
    if not warehouse.is_file():
        raise PublishError(
            f"there is no warehouse at {warehouse}; expected the file a run builds. Start a run first"
        )
    store = VersionStore(published)
    with (
        store.locked(wait=True) as workshop,
        _opened(warehouse, workshop, memory_limit, threads) as connection,
    ):
        tables = _measured(connection, warehouse, PUBLIC_SCHEMAS, descriptions)
        restricted = _measured(connection, warehouse, RESTRICTED_SCHEMAS, descriptions)
        if not tables:
            raise PublishError(
                f"the warehouse {warehouse} holds no table of {' or '.join(PUBLIC_SCHEMAS)}, so nothing was published. "
                "Run again with --full-refresh"
            )
        content = digest([table.content for table in (*tables, *restricted)])
        publication = _already(store, content, inputs_key)
        if publication is None:
            name, folder = store.next_name(), workshop / "version"
            try:
                folder.mkdir()
                publication = Publication(
                    version=name,
                    published_at=datetime.now(UTC).replace(tzinfo=None),
                    as_of=as_of,
                    run_id=run_id,
                    git_revision=git_revision,
                    schema_version=schema_version,
                    inputs_key=inputs_key,
                    only=only,
                    content=content,
                    tables=tables,
                    files=_build(connection, tables, restricted, folder, _previous(store)),
                )
                _write_manifest(publication, folder)
                store.place(folder, name)
            except (duckdb.Error, OSError) as error:
                raise PublishError(
                    f"version {name} could not be written to {published} ({error}); what was published stays. "
                    "See that the disk has room and may be written, then run again"
                ) from error
        store.make_live(publication.version)
        store.retire(keep_versions, _passing(store))
        return publication


@contextmanager
def _opened(
    warehouse: Path, workshop: Path, memory_limit: str, threads: int
) -> Iterator[duckdb.DuckDBPyConnection]:
    spill = str(workshop / "spill")
    config = {"memory_limit": memory_limit, "threads": threads, "temp_directory": spill}
    with duckdb.connect(config=config) as connection:
        try:
            connection.execute(f"attach {literal(str(warehouse))} as warehouse (read_only)")
        except duckdb.Error as error:
            raise _unreadable(warehouse, error) from error
        yield connection


def _measured(
    connection: duckdb.DuckDBPyConnection,
    warehouse: Path,
    schemas: Collection[str],
    descriptions: Mapping[str, Description],
) -> tuple[Table, ...]:
    try:
        tables = inspect_tables(connection, "warehouse", schemas)
    except duckdb.Error as error:
        raise _unreadable(warehouse, error) from error
    return tuple(table.described(descriptions.get(table.name)) for table in tables)


def _unreadable(warehouse: Path, error: duckdb.Error) -> PublishError:
    return PublishError(
        f"the warehouse {warehouse} cannot be read ({error}); what was published stays. "
        "If another program has it open, close that one and try again; else run again with --full-refresh"
    )


def _record(store: VersionStore, name: str) -> Publication | None:
    # A version whose manifest is damaged is no base and no match; the new version must not fail for it.
    return readable_publication(store.folder(name))


def _already(store: VersionStore, content: str, inputs_key: str) -> Publication | None:
    """The live version, or the newest (a kill came before it went live), if it is what is to be published."""
    for name in (store.live(), *store.names()[-1:]):
        publication = _record(store, name) if name else None
        if publication and (publication.content, publication.inputs_key) == (content, inputs_key):
            return publication
    return None


def _passing(store: VersionStore) -> list[str]:
    """The versions of runs that brought only a part up to date."""
    found = {name: _record(store, name) for name in store.names()}
    return [name for name, publication in found.items() if publication and publication.only is not None]


def _previous(store: VersionStore) -> PreviousVersion | None:
    for name in reversed(store.names()):
        publication = _record(store, name)
        if publication:
            return PreviousVersion(store.folder(name), publication)
    return None


def _build(
    connection: duckdb.DuckDBPyConnection,
    tables: tuple[Table, ...],
    restricted: tuple[Table, ...],
    folder: Path,
    previous: PreviousVersion | None,
) -> tuple[File, ...]:
    base = previous.file(DATABASE) if previous else None
    write_database(
        connection,
        "warehouse",
        tables,
        folder / DATABASE,
        base,
        previous.publication.tables if previous else (),
    )
    write_parquet(connection, folder / DATABASE, tables, folder, previous)
    base = previous.file(RESTRICTED) if previous else None
    # Whoever was erased is to be in it no more, not even in a corner that no query reaches.
    write_database(
        connection,
        "warehouse",
        restricted,
        folder / RESTRICTED,
        base,
        _restricted_tables(connection, base),
        leaves_traces=False,
    )
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    # Side by side: the disk takes what many wait for in one go.
    with ThreadPoolExecutor() as pool:
        return tuple(pool.map(partial(_finish, folder), paths))


def _restricted_tables(connection: duckdb.DuckDBPyConnection, database: Path | None) -> tuple[Table, ...]:
    # Measured, as no manifest holds these hashes: whoever may not read persons could test guesses against them.
    if database is None:
        return ()
    with attached(connection, database, read_only=True):
        return inspect_tables(connection, "built", RESTRICTED_SCHEMAS)


def _finish(folder: Path, path: Path) -> File:
    # Read-only, so that a tool that opens it for writing by mistake cannot lock readers out or change the version.
    path.chmod(0o600 if path.name == RESTRICTED else 0o444)
    sync_file(path)
    return File(path.relative_to(folder).as_posix(), path.stat().st_size, sha256_of(path))


def _write_manifest(publication: Publication, folder: Path) -> None:
    path = folder / MANIFEST
    path.write_text(publication.to_json() + "\n", encoding="utf-8")
    path.chmod(0o444)
    sync_file(path)
