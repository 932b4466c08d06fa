"""A dbt project of one model, built as the deployment's is.

What is built and expected belongs to the tests.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb

from orchestration.settings import REPOSITORY
from orchestration.transform.dbt import NodeResult
from orchestration.transform.invocation import invoke

PROJECT = """
name: closedloop
version: "1.0"
profile: closedloop
model-paths: [models]
macro-paths: [macros]
test-paths: [tests]
"""
MODEL = "select cast(number as integer) as number from (values (1), (2), (3)) as given (number)"


def small_project(folder: Path) -> Path:
    """A new dbt project below `folder`, with the profile and the tables of the company's."""
    project = folder / "small"
    for name in ("models", "macros", "tests"):
        (project / name).mkdir(parents=True)
    dbt_project = REPOSITORY / "dbt_project"
    shutil.copy(dbt_project / "profiles.yml", project)
    shutil.copy(dbt_project / "macros" / "engine" / "tables.sql", project / "macros")
    (project / "dbt_project.yml").write_text(PROJECT, encoding="utf-8")
    return project


def write(project: Path, model: str, properties: str = "") -> None:
    (project / "models" / "numbers.sql").write_text(model, encoding="utf-8")
    (project / "models" / "numbers.yml").write_text(properties, encoding="utf-8")


def built(project: Path, *arguments: str, threads: int = 1) -> dict[str, NodeResult]:
    """What came of each node of the project, by name; each was told of as it was finished."""
    told: list[Any] = []
    arguments = ("build", "--no-write-json", *arguments)
    results = invoke(
        project, arguments, project / "warehouse.duckdb", "1GB", told.append, threads
    ).result.results
    assert sorted(map(id, told)) == sorted(map(id, results))
    return {result.name: result for result in map(NodeResult.from_dbt, results)}


def rows(project: Path, table: str = "numbers") -> list[tuple]:
    with duckdb.connect(str(project / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(f"select * from main.{table} order by all").fetchall()
