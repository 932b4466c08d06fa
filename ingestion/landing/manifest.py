"""The manifest of the landing: a SQLite file with one row per load, per rule result and per unreadable row.

What is known of a load belongs here; its rows' values live in Parquet. Every method is one short transaction, so a kill
leaves the manifest as it was before or after a call, never between.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ingestion.errors import ClosedloopError

_TABLES = """
create table if not exists loads (
    load_id text primary key, source text not null, table_name text not null, unit text not null,
    fingerprint text not null, load_date text not null, loaded_at text not null, path text not null,
    rows integer not null, bytes integer not null, sha256 text not null, schema text not null, cursor text,
    unreadable integer not null, window_until text, state text not null, admitted_rows integer,
    quarantined_rows integer, mapping_hash text
);
create index if not exists loads_by_table on loads (source, table_name, loaded_at);
create table if not exists verdicts (
    load_id text not null references loads, table_name text not null, rule text not null,
    column_name text not null, severity text not null, failed_rows integer not null, status text not null,
    primary key (load_id, rule, column_name)
);
create table if not exists unreadable_rows (
    load_id text not null references loads, ordinal integer not null, line integer not null, text text not null,
    reason text not null, primary key (load_id, ordinal)
);
create table if not exists load_windows (load_id text primary key references loads, cursor text);
create table if not exists complete_windows (
    source text not null, table_name text not null, loaded_at text not null, primary key (source, table_name)
);
"""


class ManifestError(ClosedloopError):
    """The manifest cannot record what was asked of it."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """One unit of a source, landed whole.

    `rows` counts what the unit held: the rows of the Parquet file at `path` (relative to the data folder) plus the
    `unreadable` ones, which are kept in the manifest. `loaded_at` and `window_until` are naive UTC, `schema` the
    received column names in order, `sha256` the hash of the Parquet file, `cursor` the highest value of the cursor
    column as received. `state` is `landed` until gate 1 has admitted the load, then `admitted`; from then on
    rows = admitted_rows + quarantined_rows.
    """

    load_id: str
    source: str
    table: str
    unit: str
    fingerprint: str
    load_date: date
    loaded_at: datetime
    path: str
    rows: int
    bytes: int
    sha256: str
    schema: tuple[str, ...]
    cursor: str | None = None
    unreadable: int = 0
    window_until: datetime | None = None
    state: str = "landed"
    admitted_rows: int | None = None
    quarantined_rows: int | None = None
    mapping_hash: str | None = None


@dataclass(frozen=True)
class RuleResult:
    """What one rule said of one load. `column` is empty for a rule on whole rows.

    `severity` is `critical` or `warning`; `status` is `pass`, `fail` or `error` (the check itself broke).
    """

    load_id: str
    table: str
    rule: str
    column: str
    severity: str
    failed_rows: int
    status: str


@dataclass(frozen=True)
class UnreadableRow:
    """A row of a load that could not be read as a row: 1-based line, text as received, found and expected."""

    line: int
    text: str
    reason: str


class Manifest:
    """The manifest at `path`; created, with its folder, when it is missing. Safe for several processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._transaction() as connection:
            for statement in _TABLES.split(";"):
                connection.execute(statement)

    def record(
        self, load: Load, unreadable: Sequence[UnreadableRow] = (), window_cursor: str | None = None
    ) -> None:
        """Make a landed load exist. Its file must be in place; `unreadable` are its rows that are not in it.

        `window_cursor` is the cursor below which rows of its unit were left out, None where it was read whole.
        """
        if len(unreadable) != load.unreadable:
            raise ManifestError(
                f"load {load.load_id} says {load.unreadable} unreadable rows, {len(unreadable)} were given"
            )
        with self._transaction() as connection:
            connection.execute(f"insert into loads values ({_marks(Load)})", _load_row(load))
            connection.execute("insert into load_windows values (?, ?)", [load.load_id, window_cursor])
            connection.executemany(
                "insert into unreadable_rows values (?, ?, ?, ?, ?)",
                [(load.load_id, at, *astuple(row)) for at, row in enumerate(unreadable, start=1)],
            )

    def judge(self, load_id: str, results: Iterable[RuleResult]) -> None:
        """Keep the rule results of a load that is not admitted (it is past its threshold, or a check broke)."""
        with self._transaction() as connection:
            _replace_results(connection, load_id, results)

    def admit(
        self,
        load_id: str,
        admitted_rows: int,
        quarantined_rows: int,
        mapping_hash: str,
        results: Iterable[RuleResult] | None = None,
    ) -> None:
        """Mark a load as admitted, together with its rule results (None keeps the ones there are).

        May be called again with other counts after a replay. Raises ManifestError when the load is unknown or the
        counts do not add up to its rows.
        """
        with self._transaction() as connection:
            known = connection.execute("select rows from loads where load_id = ?", [load_id]).fetchone()
            if known is None:
                raise ManifestError(f"load {load_id} is not in the manifest {self.path}; land it first")
            if known[0] != admitted_rows + quarantined_rows:
                raise ManifestError(
                    f"load {load_id} has {known[0]} rows, but {admitted_rows} admitted + {quarantined_rows} "
                    f"quarantined are {admitted_rows + quarantined_rows}; nothing was recorded"
                )
            connection.execute(
                "update loads set state = 'admitted', admitted_rows = ?, quarantined_rows = ?, mapping_hash = ? "
                "where load_id = ?",
                [admitted_rows, quarantined_rows, mapping_hash, load_id],
            )
            if results is not None:
                _replace_results(connection, load_id, results)

    def reopen(self, load_id: str) -> None:
        """Take an admission back, before its files are replaced: a kill in between then leaves a load to admit."""
        with self._transaction() as connection:
            connection.execute(
                "update loads set state = 'landed', admitted_rows = null, quarantined_rows = null, mapping_hash = null "
                "where load_id = ?",
                [load_id],
            )

    def replace_file(self, load_id: str, size: int, sha256: str) -> None:
        """Note that the file of a load was written anew, with the same rows."""
        with self._transaction() as connection:
            connection.execute(
                "update loads set bytes = ?, sha256 = ? where load_id = ?", [size, sha256, load_id]
            )

    def loads(
        self, source: str | None = None, table: str | None = None, state: str | None = None
    ) -> list[Load]:
        """The loads, oldest first; each argument narrows them."""
        where, values = _where(source=source, table_name=table, state=state)
        with self._transaction() as connection:
            rows = connection.execute(f"select * from loads{where} order by loaded_at, load_id", values)
            return [_load(row) for row in rows]

    def results(self, load_id: str | None = None, table: str | None = None) -> list[RuleResult]:
        """The rule results, ordered by load, rule and column; each argument narrows them."""
        where, values = _where(load_id=load_id, table_name=table)
        with self._transaction() as connection:
            rows = connection.execute(
                f"select * from verdicts{where} order by load_id, rule, column_name", values
            )
            return [RuleResult(*row) for row in rows]

    def unreadable_rows(self, load_id: str) -> list[UnreadableRow]:
        """The rows of a load that could not be read as rows, in the order of their lines."""
        with self._transaction() as connection:
            rows = connection.execute(
                "select line, text, reason from unreadable_rows where load_id = ? order by ordinal", [load_id]
            )
            return [UnreadableRow(*row) for row in rows]

    def landed_units(self, source: str, table: str) -> dict[str, str]:
        """Unit to the fingerprint under which it was landed last."""
        return {load.unit: load.fingerprint for load in self.loads(source, table)}

    def complete_window(self, source: str, table: str) -> None:
        """Note that every unit a window wanted of a table is landed: only then do its loads move the cursor."""
        with self._transaction() as connection:
            connection.execute(
                "insert or replace into complete_windows select source, table_name, max(loaded_at) from loads "
                "where source = ? and table_name = ? group by source, table_name",
                [source, table],
            )

    def window_cursors(self, source: str, table: str) -> dict[str, str | None]:
        """Load id to the cursor its unit was read from; loads from before this was kept are missing."""
        with self._transaction() as connection:
            rows = connection.execute(
                "select load_id, load_windows.cursor from load_windows join loads using (load_id) "
                "where source = ? and table_name = ?",
                [source, table],
            )
            return dict(rows.fetchall())

    def complete_until(self, source: str, table: str) -> datetime | None:
        """When the newest load of the last complete window of a table was landed (naive UTC)."""
        with self._transaction() as connection:
            row = connection.execute(
                "select loaded_at from complete_windows where source = ? and table_name = ?", [source, table]
            ).fetchone()
        return datetime.fromisoformat(row[0]) if row else None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, timeout=60, isolation_level=None)
        try:
            connection.execute("begin immediate")
            yield connection
            connection.execute("commit")
        except sqlite3.DatabaseError as error:
            raise ManifestError(
                f"the manifest {self.path} cannot be used: {error}. `closedloop doctor` says what can be done"
            ) from error
        finally:
            connection.close()


def _marks(kind: type) -> str:
    return ", ".join("?" for _ in fields(kind))


def _where(**conditions: str | None) -> tuple[str, list[str]]:
    given = {name: value for name, value in conditions.items() if value is not None}
    return (" where " + " and ".join(f"{name} = ?" for name in given) if given else ""), list(given.values())


def _replace_results(connection: sqlite3.Connection, load_id: str, results: Iterable[RuleResult]) -> None:
    connection.execute("delete from verdicts where load_id = ?", [load_id])
    connection.executemany(
        f"insert into verdicts values ({_marks(RuleResult)})", [astuple(result) for result in results]
    )


def _load_row(load: Load) -> list[Any]:
    return [_stored(getattr(load, field.name)) for field in fields(Load)]


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, tuple) else value


def _load(row: tuple[Any, ...]) -> Load:
    found = dict(zip((field.name for field in fields(Load)), row, strict=True))
    found["load_date"] = date.fromisoformat(found["load_date"])
    found["loaded_at"] = datetime.fromisoformat(found["loaded_at"])
    if found["window_until"] is not None:
        found["window_until"] = datetime.fromisoformat(found["window_until"])
    found["schema"] = tuple(json.loads(found["schema"]))
    return Load(**found)
