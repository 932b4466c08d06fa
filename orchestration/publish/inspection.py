"""Looking at what the warehouse has to publish: tables and views, their columns and comments, and hashes of their rows.

What is found is described by `content`; writing it to files is the writers' work.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import duckdb

from orchestration.publish import content
from orchestration.publish.content import (
    CUT_BY,
    UNDATED,
    Column,
    Part,
    Table,
    digest,
    full_name,
    literal,
    quoted,
    row_hash,
)
from orchestration.publish.views import lasting_views, reading_order


def inspect_tables(
    connection: duckdb.DuckDBPyConnection, catalog: str, schemas: Collection[str]
) -> tuple[Table, ...]:
    """The tables and views of `schemas` in the attached database `catalog`, by schema and name.

    What a broken-off dbt run left behind (`…__dbt_tmp`, `…__dbt_backup`) is not among them.
    """
    relations = connection.execute(
        f"""
        select schema_name, table_name, comment from duckdb_tables() where database_name = {literal(catalog)}
        union all
        select schema_name, view_name, comment from duckdb_views() where database_name = {literal(catalog)}
        order by all
        """
    ).fetchall()
    found = {
        full_name(schema, name): (schema, name, comment)
        for schema, name, comment in relations
        if schema in schemas and "__dbt_" not in name
    }
    views = lasting_views(connection, catalog, schemas, found)
    columns = _columns(connection, catalog)
    measured: dict[str, Table] = {}
    for name in reading_order(views, found):
        table = Table(*found[name], columns[found[name][:2]], (), views.get(name))
        parts = (
            _view_parts(connection, catalog, table, measured)
            if table.view
            else _parts(connection, catalog, table)
        )
        measured[name] = replace(table, parts=parts)
    return tuple(measured[name] for name in found)


def _columns(
    connection: duckdb.DuckDBPyConnection, catalog: str
) -> Mapping[tuple[str, str], tuple[Column, ...]]:
    """The columns of every table and view by its schema and name: one look through the catalogue for all."""
    found: dict[tuple[str, str], tuple[Column, ...]] = {}
    for schema, name, *column in connection.execute(
        "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() "
        f"where database_name = {literal(catalog)} order by column_index"
    ).fetchall():
        found[schema, name] = (*found.get((schema, name), ()), Column(*column))
    return found


def _view_parts(
    connection: duckdb.DuckDBPyConnection, catalog: str, view: Table, measured: Mapping[str, Table]
) -> tuple[Part, ...]:
    """The rows of a view are not looked at: they are the same as long as its query and what it reads are."""
    reads = [[part.content for part in measured[name].parts] for name in view.view.reads]
    return (Part(None, _count(connection, view.relation(catalog)), digest([view.view.sql, reads])),)


def _parts(connection: duckdb.DuckDBPyConnection, catalog: str, table: Table) -> tuple[Part, ...]:
    relation = table.relation(catalog)
    hashed = row_hash(table.columns)
    sums = f"coalesce(sum({hashed}::hugeint), 0) as total, coalesce(bit_xor({hashed}), 0) as mixed"
    measures = f"count(*) as rows, {sums}"
    cut_by = CUT_BY.get(table.full_name)
    if cut_by is not None and _count(connection, relation) > content.PART_ROWS:
        # By day first: what month it is costs more than a row's hash, and is asked once a day then.
        days = f"select cast({quoted(cut_by)} as date) as day, {measures} from {relation} group by day"
        query = f"""
            select coalesce(strftime(day, '%Y-%m'), '{UNDATED}') as month, sum(rows), sum(total), bit_xor(mixed)
            from ({days}) group by month order by month
            """
    else:
        query = f"select null, {measures} from {relation}"
    rows = connection.execute(query).fetchall()
    return tuple(Part(key, count, f"{total:032x}{mixed:016x}") for key, count, total, mixed in rows)


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    return connection.execute(f"select count(*) from {relation}").fetchone()[0]
