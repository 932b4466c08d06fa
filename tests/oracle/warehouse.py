"""Worlds through the real models: rows put into a fresh warehouse's landing schema, dbt run, marts read back.

Judging what comes out does not belong here.
"""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from ingestion.contracts import contracts
from orchestration.agreement import snapshot
from orchestration.agreement.rules import Terms
from orchestration.agreement.shapes import SEEDS
from orchestration.transform.project import PROJECT, SHARED
from tests.oracle.agreements import SOURCES

LANDING = {
    "_source_system": "varchar",
    "_load_id": "varchar",
    "_loaded_at": "timestamp",
    "_row_number": "bigint",
    "_row_hash": "varchar",
}


def number_rows(rows: dict[str, list[dict]]) -> dict[str, list[dict]]:
    """Rows as landing keeps them: every contract column, and their ordinal in their load."""
    landed = {}
    for table, contract in contracts().items():
        blank = dict.fromkeys(contract.column_names)
        seen: Counter[str] = Counter()
        landed[table] = []
        for row in rows.get(table, []):
            seen[row["_load_id"]] += 1
            landed[table].append(blank | row | {"_row_number": seen[row["_load_id"]], "_row_hash": None})
    return landed


def run_worlds(
    landed: dict[str, list[dict]], seeds: dict[str, list[dict]], variables: dict, folder: Path
) -> dict[str, list[dict]]:
    """Rows of every mart and report, by name, as the models compute them. Raises RuntimeError when dbt fails."""
    warehouse = folder / "warehouse.duckdb"
    warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(warehouse)) as connection:
        _land(connection, landed, variables["reporting_timezone"])
    _lay_out(folder, seeds, variables)
    _dbt(folder, warehouse, variables)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_schema in ('marts', 'reports', 'restricted')"
        ).fetchall()
        return {name: _rows(connection.sql(f"select * from {schema}.{name}")) for schema, name in tables}


def _rows(relation: duckdb.DuckDBPyRelation) -> list[dict]:
    return [dict(zip(relation.columns, values, strict=True)) for values in relation.fetchall()]


def _land(connection: duckdb.DuckDBPyConnection, landed: dict[str, list[dict]], zone: str) -> None:
    connection.execute("create schema landing")
    for table, contract in contracts().items():
        types = {column.name: column.sql_type for column in contract.columns} | LANDING
        _table(connection, table, types, landed[table])
    loads = [
        {
            "load_id": load,
            "source_name": source,
            "table_name": table,
            "landed_rows": count,
            "admitted_rows": count,
            "quarantined_rows": 0,
        }
        for table, rows in landed.items()
        for (load, source), count in Counter((r["_load_id"], r["_source_system"]) for r in rows).items()
    ]
    text, number = "varchar", "bigint"
    names = dict.fromkeys(("load_id", "source_name", "table_name"), text)
    counts = dict.fromkeys(("landed_rows", "admitted_rows", "quarantined_rows"), number)
    _table(connection, "load", names | counts, loads)
    verdict = dict.fromkeys(("load_id", "table_name", "rule", "column_name", "severity"), text)
    _table(connection, "verdict", verdict | {"failed_rows": number, "status": text}, [])
    offsets = {"zone": text, "utc_from": "timestamp", "utc_until": "timestamp", "offset_seconds": number}
    _table(connection, "zone_offset", offsets, list(_offsets(zone)))


def _table(
    connection: duckdb.DuckDBPyConnection, table: str, types: dict[str, str], rows: list[dict]
) -> None:
    """Values travel as text; every type here reads its own ISO form back exactly."""
    text = {name: [None if row[name] is None else str(row[name]) for row in rows] for name in types}
    columns = pa.table(text, schema=pa.schema([(name, pa.string()) for name in types]))
    connection.register("incoming", columns)
    casts = ", ".join(f'"{name}"::{kind} as "{name}"' for name, kind in types.items())
    connection.execute(f'create table landing."{table}" as select {casts} from incoming')
    connection.unregister("incoming")


def _offsets(zone: str) -> Iterator[dict]:
    """Spans of one offset from UTC, from 2000 to 2040 by search, open-ended at both sides."""

    def offset(at: datetime) -> int:
        return int(at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset().total_seconds())

    since, at, end = datetime(1, 1, 1), datetime(2000, 1, 1), datetime(2040, 1, 1)
    while at < end:
        if offset(at + timedelta(days=1)) == offset(at):
            at += timedelta(days=1)
            continue
        turn = next(
            at + timedelta(minutes=m)
            for m in range(1, 1441)
            if offset(at + timedelta(minutes=m)) != offset(at)
        )
        yield {"zone": zone, "utc_from": since, "utc_until": turn, "offset_seconds": offset(at)}
        since = at = turn
    last = datetime(9999, 12, 31)
    yield {"zone": zone, "utc_from": since, "utc_until": last, "offset_seconds": offset(at)}


def _lay_out(folder: Path, seeds: dict[str, list[dict]], variables: dict) -> None:
    """The project folder as a deployment has one; the agreement's checks judge the seeds on the way."""
    written = folder / "agreement"
    written.mkdir(parents=True, exist_ok=True)
    for seed in SEEDS:
        with (written / seed.file).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, seed.header)
            writer.writeheader()
            writer.writerows(seeds.get(seed.name, []))
    terms = Terms(variables["reporting_currency"], variables["replay_version"], SOURCES)
    snapshot(written, folder / "seeds", terms)
    for name in SHARED:
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(PROJECT / name)


def _dbt(folder: Path, warehouse: Path, variables: dict) -> None:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    said = variables | {"as_of": variables["as_of"].isoformat(sep=" ", timespec="microseconds")}
    command = ["build", "--resource-type", "seed", "--resource-type", "model", "--vars", json.dumps(said)]
    command += [
        "--project-dir",
        str(folder),
        "--profiles-dir",
        str(folder),
        "--target-path",
        str(folder / "target"),
    ]
    command += ["--log-path", str(folder / "logs"), "--log-level", "none", "--no-version-check"]
    os.environ["CLOSEDLOOP_WAREHOUSE"] = str(warehouse)
    try:
        outcome = dbtRunner().invoke(command)
    finally:
        DuckDBConnectionManager.close_all_connections()
    if not outcome.success:
        results = outcome.result.results if outcome.result else []
        failed = [
            f"{each.node.name}: {each.message}"
            for each in results
            if each.status not in ("success", "skipped")
        ]
        raise RuntimeError("\n".join([str(outcome.exception), *failed]))
