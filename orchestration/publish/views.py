"""Which views of the warehouse stay views in a published file, and their SQL there.

Reading SQL belongs here; creating the views is the writers' work.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any

import duckdb

from orchestration.publish.content import View, full_name, literal


def lasting_views(
    connection: duckdb.DuckDBPyConnection, catalog: str, schemas: Collection[str], published: Collection[str]
) -> dict[str, View]:
    """The views of `schemas` in the attached database `catalog` that read nothing but `published` (full names).

    The others read what readers do not get.
    """
    found = connection.execute(
        f"select schema_name, view_name, sql from duckdb_views() where database_name = {literal(catalog)}"
    ).fetchall()
    views = {
        full_name(schema, name): _lasting(connection, catalog, _query(schema, name, sql), published)
        for schema, name, sql in found
        if schema in schemas and full_name(schema, name) in published
    }
    return {name: view for name, view in views.items() if view is not None}


def reading_order(views: Mapping[str, View], names: Collection[str]) -> list[str]:
    """`names`, each after those it reads."""
    reads = {name: views[name].reads if name in views else () for name in names}
    return [name for name in TopologicalSorter(reads).static_order() if name in names]


def _query(schema: str, name: str, sql: str) -> str | None:
    """The query of a `create view` as DuckDB tells it; None when it names its columns apart."""
    opening = f"CREATE VIEW {schema}.{name} AS "
    return sql.removeprefix(opening).removesuffix(";") if sql.startswith(opening) else None


def _lasting(
    connection: duckdb.DuckDBPyConnection, catalog: str, query: str | None, published: Collection[str]
) -> View | None:
    if query is None:
        return None
    tree = json.loads(connection.execute(f"select json_serialize_sql({literal(query)})").fetchone()[0])
    local = {entry["key"] for node in _nodes(tree) for entry in node.get("cte_map", {}).get("map", ())}
    reads = set()
    for node in _nodes(tree):
        kind = node.get("type")
        if kind == "TABLE_FUNCTION" or (kind == "COLUMN_REF" and node["column_names"][0] == catalog):
            return None
        if kind != "BASE_TABLE" or (not node["schema_name"] and node["table_name"] in local):
            continue
        name = full_name(node["schema_name"], node["table_name"])
        if node["catalog_name"] not in (catalog, "") or name not in published:
            return None
        # DuckDB looks names up in the view's own file first, whatever a reader calls it.
        node["catalog_name"] = ""
        reads.add(name)
    sql = connection.execute(f"select json_deserialize_sql({literal(json.dumps(tree))})").fetchone()[0]
    return View(sql, tuple(sorted(reads)))


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of a JSON tree."""
    if isinstance(tree, dict):
        yield tree
    for child in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _nodes(child)
