"""dbt with less on it says of every node what plain dbt says; tables are replaced whole or not at all.

A project of one model stands for all; the company's models are built in the integration tests.
"""

from __future__ import annotations

import inspect
import json
import shutil
from functools import wraps
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import jsonschema
import pytest
from dbt.adapters.duckdb.impl import DuckDBAdapter
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt_common.clients.jinja import CallableMacroGenerator

from ingestion.landing.layout import Layout
from orchestration.settings import REPOSITORY
from orchestration.transform import dbt
from orchestration.transform import light as light_module
from orchestration.transform.dbt import DbtError, NodeResult
from orchestration.transform.light import light

PROJECT = """
name: small
version: "1.0"
profile: closedloop
model-paths: [models]
macro-paths: [macros]
test-paths: [tests]
"""
MODEL = "select cast(number as integer) as number from (values (1), (2), (3)) as given (number)"
CONTRACT = """
models:
  - name: numbers
    config: {contract: {enforced: true}}
    columns: [{name: number, data_type: int}]
"""
TESTS = """
models:
  - name: numbers
    columns:
      - name: number
        data_tests:
          - not_null
          - unique
          - accepted_values: {name: fails, values: [1], quote: false}
          - accepted_values: {name: warns, values: [1], quote: false, config: {severity: warn}}
          - accepted_values:
              {name: warns_by_threshold, values: [1], quote: false, config: {warn_if: ">1", error_if: ">2"}}
          - accepted_values:
              {name: passes_by_threshold, values: [1], quote: false, config: {warn_if: ">2", error_if: ">2"}}
          - accepted_values: {name: fails_of_some, values: [1], quote: false, config: {where: "number > 2"}}
          - accepted_values: {name: fails_of_first, values: [1], quote: false, config: {limit: 1}}
          - accepted_values: {name: sums, values: [1], quote: false, config: {fail_calc: "sum(n_records) + 5"}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    for name in ("models", "macros", "tests"):
        (folder / name).mkdir(parents=True)
    dbt_project = REPOSITORY / "dbt_project"
    shutil.copy(dbt_project / "profiles.yml", folder)
    shutil.copy(dbt_project / "macros" / "engine" / "tables.sql", folder / "macros")
    (folder / "dbt_project.yml").write_text(PROJECT, encoding="utf-8")
    return folder


def write(project: Path, model: str, properties: str = "") -> None:
    (project / "models" / "numbers.sql").write_text(model, encoding="utf-8")
    (project / "models" / "numbers.yml").write_text(properties, encoding="utf-8")


def built(project: Path) -> dict[str, NodeResult]:
    """What came of each node of the project, by name; each was told of as it was finished."""
    told: list[Any] = []
    arguments = ["build", "--no-write-json"]
    results = dbt._invoke(
        project, arguments, project / "warehouse.duckdb", "1GB", told.append, threads=1
    ).result.results
    assert sorted(map(id, told)) == sorted(map(id, results))
    return {result.name: result for result in map(dbt._from_result, results)}


def rows(project: Path, table: str = "numbers") -> list[tuple]:
    with duckdb.connect(str(project / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(f"select * from main.{table} order by all").fetchall()


def test_a_test_says_what_plain_dbt_says(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, "{{ config(materialized='table') }} " + MODEL, TESTS)
    (project / "tests" / "claim.sql").write_text("select * from {{ ref('numbers') }} where number = 2")
    (project / "tests" / "broken.sql").write_text("select nothing_of_the_kind from {{ ref('numbers') }}")
    lightly = built(project)

    monkeypatch.setenv("CLOSEDLOOP_WAREHOUSE", str(project / "warehouse.duckdb"))
    folders = ["--project-dir", str(project), "--profiles-dir", str(project)]
    plain = dbtRunner().invoke(["--quiet", "build", "--no-write-json", *folders])
    expected = {result.name: result for result in map(dbt._from_result, plain.result.results)}

    def said(results: dict[str, NodeResult]) -> dict[str, tuple]:
        # The line that DuckDB shows of a broken query is further down in dbt's.
        return {
            name: (each.status, each.failures, (each.message or "").split("LINE ")[0])
            for name, each in results.items()
        }

    assert said(lightly) == said(expected)
    statuses = {name: result.status for name, result in lightly.items()}
    assert statuses["fails"] == statuses["fails_of_some"] == statuses["claim"] == statuses["sums"] == "fail"
    assert statuses["warns"] == statuses["warns_by_threshold"] == "warn"
    assert statuses["passes_by_threshold"] == statuses["unique_numbers_number"] == "pass"
    assert statuses["broken"] == "error"
    assert (lightly["fails"].failures, lightly["fails_of_first"].failures, lightly["sums"].failures) == (
        2,
        1,
        7,
    )


def test_a_view_gives_way_to_a_table_and_a_table_to_the_next(project: Path) -> None:
    write(project, "{{ config(materialized='view') }} " + MODEL)
    built(project)
    for most in (2, 1):
        write(project, "{{ config(materialized='table') }} " + MODEL + f" where number <= {most}")
        assert built(project)["numbers"].status == "success"
        assert rows(project) == [(number,) for number in range(1, most + 1)]


def test_a_table_that_fails_leaves_the_former_one(project: Path) -> None:
    table = "{{ config(materialized='table') }} "
    write(project, table + MODEL)
    built(project)
    write(project, table + "select cast('x' as integer) as number")
    assert built(project)["numbers"].status == "error"
    assert rows(project) == [(1,), (2,), (3,)]


HELD = "select 1 as one, cast('a' as varchar) as name, cast(1 as decimal(18, 2)) as amount"
CONTRACTS = {
    "fits": {"one": "int", "name": "string", "amount": "decimal(18,2)"},
    "fits in another order": {"amount": "DECIMAL(18, 2)", "one": "integer", "name": "text"},
    "fits by a word that the macro does not know": {"one": "int4", "name": "char", "amount": "numeric(18,2)"},
    "another type": {"one": "bigint", "name": "string", "amount": "decimal(18,2)"},
    "another precision": {"one": "int", "name": "string", "amount": "decimal(18,3)"},
    "one too few": {"one": "int", "name": "string"},
    "one too many": {"one": "int", "name": "string", "amount": "decimal(18,2)", "more": "date"},
    "another name": {"one": "int", "named": "string", "amount": "decimal(18,2)"},
}


@pytest.mark.parametrize("case", CONTRACTS)
def test_a_contract_holds_or_fails_as_plain_dbt_says(
    project: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    columns = [{"name": name, "data_type": type_} for name, type_ in CONTRACTS[case].items()]
    model = {"name": "numbers", "config": {"contract": {"enforced": True}}, "columns": columns}
    write(project, "{{ config(materialized='table') }} " + HELD, json.dumps({"models": [model]}))
    asked = []
    ask = DuckDBAdapter.get_column_schema_from_query

    @wraps(ask)
    def asking(adapter: DuckDBAdapter, sql: str) -> list:
        asked.append(sql)
        return ask(adapter, sql)

    with monkeypatch.context() as patched:
        patched.setattr(DuckDBAdapter, "get_column_schema_from_query", asking)
        result = built(project)["numbers"]
    # Asking twice is what the macro spares where the contract is in its words, and what tells where it is not.
    assert len(asked) == (1 if case in ("fits", "fits in another order") else 3)
    assert result.status == ("success" if case.startswith("fits") else "error")
    if result.is_bad:
        assert "This model has an enforced contract that failed." in result.message
        shutil.rmtree(project / "macros")
        monkeypatch.setenv("CLOSEDLOOP_WAREHOUSE", str(project / "warehouse.duckdb"))
        folders = ["--project-dir", str(project), "--profiles-dir", str(project)]
        (plain,) = dbtRunner().invoke(["--quiet", "build", "--no-write-json", *folders]).result.results
        # Up to where the macros are named through which it came.
        told, expected = (each.message.split("> in macro")[0] for each in (result, plain))
        assert told == expected


def test_what_a_model_sees_when_it_is_built_is_what_dbt_would_make_anew(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was made when the model was compiled; something else that changes in between would show here."""
    compared = []
    building = light_module._Contexts.building

    def both(contexts: Any, model: Any, config: Any, manifest: Any) -> dict[str, Any]:
        anew = light_module._former_context(model, config, manifest)
        made = contexts._made[model.unique_id][1]
        kept = building(contexts, model, config, manifest)
        assert kept is made
        assert kept.keys() == anew.keys()
        plain = [name for name, value in anew.items() if isinstance(value, str | int | list | None)]
        for name in (*plain, "model", "this", "graph", "target"):
            assert kept[name] == anew[name], name
        assert {"sql", "compiled_code", "pre_hooks", "schema"} <= set(plain)
        assert MODEL in kept["sql"]
        compared.append(model.name)
        return kept

    monkeypatch.setattr(light_module._Contexts, "building", both)
    hook = "config(materialized='table', post_hook='select 1')"
    write(project, "{{ " + hook + " }} " + MODEL, CONTRACT)
    assert built(project)["numbers"].status == "success"
    assert compared == ["numbers"]


def test_every_query_runs_within_the_limits_of_the_deployment(project: Path) -> None:
    """They are options of the database: dbt says its settings again for every node."""
    asked = "select current_setting('{}') as setting"
    options = ("TimeZone", "memory_limit", "preserve_insertion_order")
    for name in options:
        model = f"{{{{ config(materialized='table') }}}} {asked.format(name)}"
        (project / "models" / f"{name}.sql").write_text(model, encoding="utf-8")
    built(project)
    assert {name: str(rows(project, name)[0][0]) for name in options} == {
        "TimeZone": "UTC",
        "memory_limit": "953.6 MiB",
        "preserve_insertion_order": "False",
    }


def test_what_failed_and_warned_stands_in_the_log_and_nothing_else(project: Path) -> None:
    write(project, "{{ config(materialized='table') }} " + MODEL, TESTS)
    (project / "models" / "broken.sql").write_text("select nothing_of_the_kind", encoding="utf-8")
    said = built(project)
    log = (project / "logs" / "dbt.log").read_text(encoding="utf-8")
    told = {name for name in said if f" {name} " in log or f".{name} " in log}
    assert told == {name for name, result in said.items() if result.status not in ("success", "pass")}


def test_a_macro_is_made_once_and_sees_what_its_context_holds_then() -> None:
    macro = SimpleNamespace(name="telling", macro_sql="{% macro telling() %}{{ night }}{% endmacro %}")
    context = {"night": "first"}
    generator = CallableMacroGenerator(macro, context)
    with light():
        made = generator.get_macro()
        assert generator() == "first"
        context["night"] = "second"
        assert generator() == "second"
        assert generator.get_macro() is made
    assert generator.get_macro() is not made


def test_a_project_is_judged_when_it_is_parsed_and_not_again(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A night that made the schemas of its files would take a quarter of a second longer."""
    write(project, "{{ config(materialized='table') }} " + MODEL)
    warehouse = project / "warehouse.duckdb"
    dbt._invoke(project, ["parse"], warehouse, "1GB")
    manifest = Manifest.from_msgpack((project / "target" / "partial_parse.msgpack").read_bytes())

    def judged(*_arguments: object) -> None:
        raise AssertionError("a schema was made")

    with monkeypatch.context() as patched:
        patched.setattr(jsonschema, "Draft7Validator", judged)
        arguments = ["build", "--no-write-json"]
        results = dbt._invoke(project, arguments, warehouse, "1GB", manifest=manifest).result.results
    assert [result.status for result in results] == ["success"]
    with (project / "dbt_project.yml").open("a", encoding="utf-8") as file:
        file.write("colour: red\n")
    with pytest.raises(DbtError, match="colour"):
        dbt._invoke(project, ["parse"], warehouse, "1GB")


def test_dbt_does_not_look_for_where_its_flags_come_from(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would ask every loaded module for its file, a second long, and load those that are put off."""

    def told(*_arguments: object) -> list:
        raise AssertionError("the stack was looked through")

    monkeypatch.setattr(inspect, "stack", told)
    write(project, "{{ config(materialized='table') }} " + MODEL)
    assert built(project)["numbers"].status == "success"


def test_generic_tests_are_the_same_whatever_the_night(tmp_path: Path) -> None:
    """They are compiled once for all nights, so nothing in them may depend on its moment or a deployment's vars."""
    layout = Layout(tmp_path / "data")
    ready = dbt._manifest(layout)
    compiled = {
        name: node.compiled_code for name, node in ready.nodes.items() if node.resource_type == "test"
    }
    again = Manifest.from_msgpack((dbt.parsed(layout) / "partial_parse.msgpack").read_bytes())
    other = {
        "as_of": "2020-02-29 12:00:00",
        "reporting_currency": "JPY",
        "mql_basis": "rule",
        "night_scope": "slice",
    }
    arguments = ["compile", "--select", "test_type:generic", "--exclude", "test_name:holds_no_email"]
    offline = ["--no-populate-cache", "--no-introspect", "--no-write-json", "--target-path", str(tmp_path)]
    given = ["--vars", json.dumps(other), "--log-path", str(tmp_path)]
    dbt._invoke(dbt.PROJECT, [*arguments, *offline, *given], layout.warehouse, "1GB", manifest=again)
    expected = {name: again.nodes[name].compiled_code for name in compiled}
    assert compiled == expected
    assert sum(map(bool, compiled.values())) > 300
    assert not layout.warehouse.exists()
