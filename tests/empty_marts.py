"""A live version for tests of questions: marts as their contracts have them, empty but for rows written by hand.

What is asked and expected belongs to the tests.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.publish.reading import ask
from tests.sample_warehouse import publish_warehouse

MODELS = Path(__file__).resolve().parents[1] / "dbt_project/models"
AS_OF = datetime(2026, 7, 1)
STAGES = ("lead", "mql", "sal", "sql", "opportunity", "customer")


def empty_marts(path: Path) -> None:
    """The tables of marts and reports with the columns and types of their dbt contracts, and no rows."""
    with duckdb.connect(str(path)) as connection:
        for schema in ("marts", "reports"):
            connection.execute(f"create schema {schema}")
            for file in sorted((MODELS / schema).rglob("_*.yml")):
                for model in yaml.safe_load(file.read_text("utf-8")).get("models", ()):
                    if model["name"] == "dim_person":
                        continue
                    columns = ", ".join(
                        f"{column['name']} {column['data_type']}" for column in model["columns"]
                    )
                    connection.execute(f"create table {schema}.{model['name']} ({columns})")
        for position, stage in enumerate(STAGES, start=1):
            connection.execute("insert into marts.dim_stage values ($1, $2, true)", [stage, position])


def write(warehouse: Path, table: str, *rows: dict[str, Any]) -> None:
    """Add rows; columns that are not given are null."""
    with duckdb.connect(str(warehouse)) as connection:
        for row in rows:
            marks = ", ".join("?" for _ in row)
            connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))


def answer(warehouse: Path, sql: str) -> list[dict[str, Any]]:
    """Publish the warehouse and ask."""
    published = warehouse.parent / "published"
    publish_warehouse(warehouse, published, as_of=AS_OF)
    with ask(published, sql) as found:
        return [dict(zip(found.columns, row, strict=True)) for row in found.rows]
