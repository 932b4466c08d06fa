"""Patched dbt says of every node what plain dbt says.

A project of one model stands for all; how tables are made is tested in test_dbt_tables, the company's models in the
integration tests.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt_common.clients.jinja import CallableMacroGenerator

from ingestion.landing.layout import Layout
from orchestration.transform import dbt_patches
from orchestration.transform.dbt import NodeResult
from orchestration.transform.dbt_patches import patched_dbt
from orchestration.transform.invocation import DbtError, invoke
from orchestration.transform.parsed_project import COMPILED, load_manifest, parsed_folder
from orchestration.transform.project import PROJECT
from tests.small_dbt_project import MODEL, built, rows, small_project, write

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
    return small_project(tmp_path)


def test_a_test_says_what_plain_dbt_says(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, "{{ config(materialized='table') }} " + MODEL, TESTS)
    (project / "tests" / "claim.sql").write_text("select * from {{ ref('numbers') }} where number = 2")
    (project / "tests" / "broken.sql").write_text("select nothing_of_the_kind from {{ ref('numbers') }}")
    patched = built(project)

    monkeypatch.setenv("CLOSEDLOOP_WAREHOUSE", str(project / "warehouse.duckdb"))
    folders = ["--project-dir", str(project), "--profiles-dir", str(project)]
    plain = dbtRunner().invoke(["--quiet", "build", "--no-write-json", *folders])
    expected = {result.name: result for result in map(NodeResult.from_dbt, plain.result.results)}

    def said(results: dict[str, NodeResult]) -> dict[str, tuple]:
        # The line that DuckDB shows of a broken query is further down in dbt's.
        return {
            name: (each.status, each.failures, (each.message or "").split("LINE ")[0])
            for name, each in results.items()
        }

    assert said(patched) == said(expected)
    statuses = {name: result.status for name, result in patched.items()}
    assert statuses["fails"] == statuses["fails_of_some"] == statuses["claim"] == statuses["sums"] == "fail"
    assert statuses["warns"] == statuses["warns_by_threshold"] == "warn"
    assert statuses["passes_by_threshold"] == statuses["unique_numbers_number"] == "pass"
    assert statuses["broken"] == "error"
    assert (patched["fails"].failures, patched["fails_of_first"].failures, patched["sums"].failures) == (
        2,
        1,
        7,
    )


def test_the_sql_of_what_failed_is_written_where_dbt_writes_it(project: Path) -> None:
    """A file or two for every node would be a thirtieth of a small night, and nobody looks at those that went well."""
    failing = "{{ config(materialized='table') }} select no_column"
    write(project, "{{ config(materialized='table') }} " + MODEL)
    (project / "models" / "failing.sql").write_text(failing)
    (project / "tests" / "claim.sql").write_text("select * from {{ ref('numbers') }} where number = 2")
    results = built(project)
    assert {name: result.status for name, result in results.items()} == {
        "numbers": "success",
        "failing": "error",
        "claim": "fail",
    }
    target = project / "target"
    assert {str(path.relative_to(target)) for path in target.rglob("*.sql")} == {
        "compiled/closedloop/models/failing.sql",
        "run/closedloop/models/failing.sql",
        "compiled/closedloop/tests/claim.sql",
    }
    assert "no_column" in (target / "run/closedloop/models/failing.sql").read_text()


def test_what_a_model_sees_when_it_is_built_is_what_dbt_would_make_anew(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was made when the model was compiled; something else that changes in between would show here."""
    compared = []
    building = dbt_patches._Contexts.building

    def both(contexts: Any, model: Any, config: Any, manifest: Any) -> dict[str, Any]:
        anew = dbt_patches._former_context(model, config, manifest)
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

    monkeypatch.setattr(dbt_patches._Contexts, "building", both)
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
    with patched_dbt():
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
    invoke(project, ["parse"], warehouse, "1GB")
    manifest = Manifest.from_msgpack((project / "target" / "partial_parse.msgpack").read_bytes())

    def judged(*_arguments: object) -> None:
        raise AssertionError("a schema was made")

    with monkeypatch.context() as patched:
        patched.setattr(jsonschema, "Draft7Validator", judged)
        arguments = ["build", "--no-write-json"]
        results = invoke(project, arguments, warehouse, "1GB", manifest=manifest).result.results
    assert [result.status for result in results] == ["success"]
    with (project / "dbt_project.yml").open("a", encoding="utf-8") as file:
        file.write("colour: red\n")
    with pytest.raises(DbtError, match="colour"):
        invoke(project, ["parse"], warehouse, "1GB")


def test_dbt_does_not_look_for_where_its_flags_come_from(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would ask every loaded module for its file, a second long, and load those that are put off."""

    def told(*_arguments: object) -> list:
        raise AssertionError("the stack was looked through")

    monkeypatch.setattr(inspect, "stack", told)
    write(project, "{{ config(materialized='table') }} " + MODEL)
    assert built(project)["numbers"].status == "success"


def test_generic_tests_are_the_same_whatever_the_night_but_for_its_scope(tmp_path: Path) -> None:
    """They are compiled once for all nights, so nothing in them may depend on its moment or a deployment's vars."""
    layout, compiled = Layout(tmp_path / "data"), {}
    for scope in COMPILED:
        compiled[scope] = {
            name: node.compiled_code
            for name, node in load_manifest(layout, scope).nodes.items()
            if node.resource_type == "test"
        }
        again = Manifest.from_msgpack((parsed_folder(layout) / "partial_parse.msgpack").read_bytes())
        again.build_flat_graph()
        other = {
            "as_of": "2020-02-29 12:00:00",
            "reporting_currency": "JPY",
            "mql_basis": "rule",
            "night_scope": scope,
        }
        arguments = ["compile", "--select", "test_type:generic", "--exclude", "test_name:holds_no_email"]
        offline = [
            "--no-populate-cache",
            "--no-introspect",
            "--no-write-json",
            "--target-path",
            str(tmp_path),
        ]
        given = ["--vars", json.dumps(other), "--log-path", str(tmp_path)]
        invoke(PROJECT, [*arguments, *offline, *given], layout.warehouse, "1GB", manifest=again)
        assert compiled[scope] == {name: again.nodes[name].compiled_code for name in compiled[scope]}
        assert sum(map(bool, compiled[scope].values())) > 300
    assert not layout.warehouse.exists()
    slices = {name for name, code in compiled["slice"].items() if code != compiled["whole"][name]}
    assert len(slices) > 40
    assert all(".unique_" in name for name in slices)
