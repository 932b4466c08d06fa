"""Nights of made-up rows, built on the former one or anew, and what differs between two warehouses.

Which rows come when, and how often the two are compared, belongs to the tests.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.engine import literal
from orchestration.settings import Deployment
from orchestration.transform.dbt import build
from orchestration.transform.project import lay_out
from orchestration.transform.warehouse import connect, note_night
from tests.oracle.warehouse import deployment_with, land_rows, number_rows

BUILT = ("staging", "intermediate", "marts", "reports", "restricted")
GROWING = {"int_channels__click_id_heads", "int_channels__touch_signals"}
"""Signals and their combinations stay known when no touch has them any more; nothing looks them up then."""

COMPARED = {"int_identity__merge_pointers": "is_at_rest"}
"""What of a table is compared: where a pointer that runs in a cycle has come to depends on how many rounds it ran."""


def arriving(night: int, table: str) -> dict:
    """What landing notes of a row that comes in a night."""
    return {"_load_id": f"{night:03}-{table}", "_loaded_at": datetime(2024, 5, 1 + night % 28)}


def built_night(
    folder: Path,
    seeds: dict[str, list[dict]],
    variables: dict,
    rows: dict[str, list[dict]],
    as_of: datetime,
    night: int,
    builds_on: bool,
) -> Deployment:
    """Build one night's warehouse from the rows that came until then."""
    deployment = deployment_with(folder, seeds, variables)
    lay_out(deployment)
    come = {table: [row for row in mine if int(row["_load_id"][:3]) <= night] for table, mine in rows.items()}
    with connect(deployment.layout.warehouse, "1GB", 1) as connection:
        connection.execute("create schema if not exists landing")
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'landing' and table_name <> 'night'"
        ).fetchall():
            connection.execute(f'drop table landing."{table}"')
        land_rows(connection, number_rows(come), deployment)
        connection.execute(f"update landing.load set is_new = load_id like '{night:03}-%'")
        note_night(connection, "a run", as_of, "inputs", "rules", builds_on)
    bad = [node for node in build(deployment, as_of, leave_out=("test", "unit_test")) if node.is_bad]
    assert not bad, bad
    return deployment


def assert_same(kept: Deployment, anew: Deployment, night: int) -> None:
    """Every table of a night that was built on the former one is that of the night built anew."""
    wrong = _wrong(kept, anew)
    assert not wrong, f"night {night}: {wrong}"


def _wrong(kept: Deployment, anew: Deployment) -> dict[str, dict[str, list]]:
    """What is in one warehouse only, by table, a few rows of each; numbers count to 6 decimals, since sums over other
    orders differ in the last bits. Views name the database they read, so those of both read the kept tables,
    which are compared themselves.
    """
    wrong = {}
    with connect(kept.layout.warehouse, "1GB", 1, read_only=True) as connection:
        connection.execute(f"attach {literal(str(anew.layout.warehouse))} as anew (read_only)")
        found, expected = _tables(connection, "warehouse"), _tables(connection, "anew")
        assert found == expected, "other tables, columns or types"
        for (schema, table), columns in found.items():
            rows = ", ".join(
                f'round("{name}", 6) + 0 as "{name}"' if kind == "DOUBLE" else f'"{name}"'
                for name, kind in columns
            )
            built, seen = (
                f"select {rows} from {database}.{schema}.{table} where {COMPARED.get(table, 'true')}"
                for database in ("warehouse", "anew")
            )
            alone = {"only in the night built anew": f"{seen} except all {built}"}
            if table not in GROWING:
                alone["only in the night built on the former"] = f"{built} except all {seen}"
            few = {where: connection.execute(f"{query} limit 3").fetchall() for where, query in alone.items()}
            if any(few.values()):
                wrong[table] = few
    return wrong


def _tables(
    connection: duckdb.DuckDBPyConnection, database: str
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Names and types of the columns of every table and view that models make, by schema and name."""
    tables: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for schema, table, name, kind in connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns()"
        f" where database_name = '{database}' and schema_name in {BUILT} order by all"
    ).fetchall():
        tables.setdefault((schema, table), []).append((name, kind))
    return tables
