"""The schema `landing` of the warehouse: what dbt reads of the data folder, made anew from the manifest.

Views over admitted files and small tables about them belong here; how rows came to be admitted does not.
"""

from __future__ import annotations

import csv
from datetime import datetime

import duckdb
import pyarrow as pa

from ingestion.contracts import Contract, contracts
from ingestion.engine import identifier, parquet
from ingestion.landing.layout import Layout
from ingestion.landing.manifest import Load, Manifest
from ingestion.zones import offset_periods

_META = {
    "_source_system": "varchar",
    "_load_id": "varchar",
    "_loaded_at": "timestamp",
    "_row_number": "bigint",
    "_row_hash": "varchar",
}


def prepare_landing(
    connection: duckdb.DuckDBPyConnection, layout: Layout, manifest: Manifest, zone: str
) -> bool:
    """Make the schema what the manifest says now.

    A night notes itself in the same transaction (`in_one_transaction`, `note_night`): loads known already, beside a
    note that the former night was built, would be new to nobody.

    One view per contract table over the admitted files (an empty one where there is none), and the tables `load` (one
    row per load, `is_new` when the warehouse has not seen it as it is now), `verdict` (one row per load, rule and
    column) and `zone_offset` (one row per offset period of `zone` and of each zone of the agreement's calendars, the
    first reaching back and the last one on). A load that waits for gate 1 counts its rows as landed only.

    Returns whether the landing only grew since the last time: every load that the warehouse knew is there as it was,
    and the zones' clocks are what they were. A newer time zone database may tell of rows of long ago otherwise.
    """
    loads, offsets = manifest.loads(), _offsets({zone, *_agreed_zones(layout)})
    known, is_same_time = known_loads(connection), _tells_same_time(connection, offsets)
    connection.execute("create schema if not exists landing")
    for contract in contracts().values():
        admitted = [load for load in loads if load.table == contract.table and load.admitted_rows]
        _replace(connection, contract.table, "view", _rows(layout, contract, admitted))
    for name, rows in (
        ("load", _loads(loads, known)),
        ("verdict", _verdicts(manifest)),
        ("zone_offset", offsets),
    ):
        connection.register("rows_to_keep", rows)
        _replace(connection, name, "table", "select * from rows_to_keep")
        connection.unregister("rows_to_keep")
    has_grown = known.items() <= {load.load_id: _content_key(load) for load in loads}.items()
    return has_grown and is_same_time


def _replace(connection: duckdb.DuckDBPyConnection, name: str, kind: str, query: str) -> None:
    """Create a view or table, whichever of both stood there before."""
    found = connection.execute(
        "select table_type from information_schema.tables where table_schema = 'landing' and table_name = ?",
        [name],
    ).fetchone()
    if found is not None:
        connection.execute(f"drop {'view' if found[0] == 'VIEW' else 'table'} landing.{identifier(name)}")
    connection.execute(f"create {kind} landing.{identifier(name)} as {query}")


def _rows(layout: Layout, contract: Contract, admitted: list[Load]) -> str:
    types = {column.name: column.sql_type for column in contract.columns} | _META
    if not admitted:
        columns = ", ".join(
            f"cast(null as {sql_type}) as {identifier(name)}" for name, sql_type in types.items()
        )
        return f"select {columns} where false"
    files = [
        layout.admitted_file(load.source, load.table, load.load_date, load.load_id).resolve()
        for load in admitted
    ]
    return f"select {', '.join(map(identifier, types))} from {parquet(files)}"


def known_loads(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The admitted loads that the warehouse was last prepared for, with what each then was; none at first."""
    try:
        return dict(
            connection.execute(
                "select load_id, content_key from landing.load where content_key is not null"
            ).fetchall()
        )
    except duckdb.CatalogException:
        return {}


def _content_key(load: Load) -> str | None:
    """What decides the rows of an admitted load, since a replay admits more of the same file; None while it waits."""
    if load.state != "admitted":
        return None
    return f"{load.sha256}:{load.admitted_rows}:{load.quarantined_rows}:{load.mapping_hash}"


def _loads(loads: list[Load], known: dict[str, str]) -> pa.Table:
    rows = [
        {
            "load_id": load.load_id,
            "source_name": load.source,
            "table_name": load.table,
            "unit": load.unit,
            "load_date": load.load_date,
            "loaded_at": load.loaded_at,
            "landed_rows": load.rows,
            "admitted_rows": load.admitted_rows or 0,
            "quarantined_rows": load.quarantined_rows or 0,
            "content_key": _content_key(load),
            "is_new": load.load_id not in known or known[load.load_id] != _content_key(load),
        }
        for load in loads
    ]
    text, count = pa.string(), pa.int64()
    return pa.Table.from_pylist(
        rows,
        pa.schema(
            [
                *((name, text) for name in ("load_id", "source_name", "table_name", "unit")),
                ("load_date", pa.date32()),
                ("loaded_at", pa.timestamp("us")),
                *((name, count) for name in ("landed_rows", "admitted_rows", "quarantined_rows")),
                ("content_key", text),
                ("is_new", pa.bool_()),
            ]
        ),
    )


def _verdicts(manifest: Manifest) -> pa.Table:
    rows = [
        {
            "load_id": result.load_id,
            "table_name": result.table,
            "rule": result.rule,
            "column_name": result.column,
            "severity": result.severity,
            "failed_rows": result.failed_rows,
            "status": result.status,
        }
        for result in manifest.results()
    ]
    names = ("load_id", "table_name", "rule", "column_name", "severity")
    return pa.Table.from_pylist(
        rows,
        pa.schema(
            [*((name, pa.string()) for name in names), ("failed_rows", pa.int64()), ("status", pa.string())]
        ),
    )


def _agreed_zones(layout: Layout) -> set[str]:
    calendars = layout.dbt / "seeds" / "business_calendars.csv"
    if not calendars.exists():
        return set()
    with calendars.open(encoding="utf-8", newline="") as file:
        return {row["timezone"] for row in csv.DictReader(file)}


def _offsets(zones: set[str]) -> pa.Table:
    rows = [
        {"zone": zone, "utc_from": start, "utc_until": end, "offset_seconds": offset}
        for zone in sorted(zones)
        for start, end, offset in _periods(zone)
    ]
    return pa.Table.from_pylist(
        rows,
        pa.schema(
            [
                ("zone", pa.string()),
                ("utc_from", pa.timestamp("us")),
                ("utc_until", pa.timestamp("us")),
                ("offset_seconds", pa.int32()),
            ]
        ),
    )


def _tells_same_time(connection: duckdb.DuckDBPyConnection, offsets: pa.Table) -> bool:
    """Whether these are the offset periods that the warehouse was last prepared with; true at first."""
    try:
        former = connection.execute("select * from landing.zone_offset").fetchall()
    except duckdb.CatalogException:
        return True
    return set(former) == set(zip(*offsets.to_pydict().values(), strict=True))


def _periods(zone: str) -> list[tuple[datetime, datetime, int]]:
    periods = offset_periods(zone, 1900, 2200)
    changes = [period.utc_from for period in periods[1:]]
    offsets = [period.offset_seconds for period in periods]
    return list(zip([datetime.min, *changes], [*changes, datetime(9999, 1, 1)], offsets, strict=True))
