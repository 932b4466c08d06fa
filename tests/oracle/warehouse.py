"""Worlds through the real models: rows put into a fresh warehouse's landing schema, dbt run, marts read back.

Judging what comes out does not belong here.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import duckdb
import pyarrow as pa

from ingestion.contracts import contracts
from ingestion.landing.manifest import Manifest
from orchestration.agreement.seed_schemas import SEEDS
from orchestration.settings import Deployment, Options, Vars
from orchestration.transform.dbt import build
from orchestration.transform.landing_views import prepare_landing
from orchestration.transform.project import lay_out
from orchestration.transform.warehouse import connect

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
    deployment = deployment_with(folder, seeds, variables)
    lay_out(deployment)
    with connect(deployment.layout.warehouse, "1GB", 1) as connection:
        land_rows(connection, landed, deployment)
    # The models alone: what the project's own tests say of random worlds would cost more than it tells.
    results = build(deployment, variables["as_of"], leave_out=("test", "unit_test"))
    bad = [node for node in results if node.is_bad]
    if bad:
        raise RuntimeError("\n".join(f"{node.name}: {node.message}" for node in bad))
    with connect(deployment.layout.warehouse, "1GB", 1, read_only=True) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_schema in ('marts', 'reports', 'restricted')"
        ).fetchall()
        return {name: _rows(connection.sql(f"select * from {schema}.{name}")) for schema, name in tables}


def _rows(relation: duckdb.DuckDBPyRelation) -> list[dict]:
    return [dict(zip(relation.columns, values, strict=True)) for values in relation.fetchall()]


def land_rows(
    connection: duckdb.DuckDBPyConnection, landed: dict[str, list[dict]], deployment: Deployment
) -> None:
    """The schema as a night without any load prepares it, then rows where its views over admitted files were."""
    layout = deployment.layout
    prepare_landing(
        connection, layout, Manifest(layout.manifest_db), deployment.options.vars.reporting_timezone
    )
    for table, contract in contracts().items():
        types = {column.name: column.sql_type for column in contract.columns} | LANDING
        connection.execute(f'drop view landing."{table}"')
        _table(connection, table, types, landed[table])
    connection.executemany(
        "insert into landing.load (load_id, source_name, table_name, landed_rows, admitted_rows, quarantined_rows)"
        " values (?, ?, ?, ?, ?, 0)",
        [
            (load, source, table, count, count)
            for table, rows in landed.items()
            for (load, source), count in Counter((r["_load_id"], r["_source_system"]) for r in rows).items()
        ],
    )


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


def deployment_with(folder: Path, seeds: dict[str, list[dict]], variables: dict) -> Deployment:
    """A deployment without sources whose agreement is written down; its own checks judge it when laid out."""
    agreed = folder / "seeds"
    agreed.mkdir(parents=True, exist_ok=True)
    for seed in SEEDS:
        with (agreed / seed.file).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, seed.header)
            writer.writeheader()
            writer.writerows(seeds.get(seed.name, []))
    said = {name: value for name, value in variables.items() if name != "as_of"}
    return Deployment(folder, Options(vars=Vars(**said)), sources={})
