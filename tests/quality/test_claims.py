"""Claims and gate 2 are tested themselves: clean data trips none, each planted defect exactly its own.

What the models compute is judged elsewhere; here only whether a wrong result would be noticed before it is published.
"""

from __future__ import annotations

import re
import shutil

import pytest

from ingestion.contracts import contracts
from orchestration.landing import land_table
from orchestration.night import Night
from orchestration.quality.gate1 import admit_pending
from orchestration.quality.gate2 import Gate2Error, judge
from orchestration.settings import load_deployment
from orchestration.transform.dbt import build, run_command, variables
from orchestration.transform.landing_views import prepare_landing
from orchestration.transform.parsed_project import load_manifest
from orchestration.transform.project import PROJECT, lay_out
from orchestration.transform.warehouse import connect
from tests.quality.planted import DEFECTS, GATE_2_DEFECTS, ONE, VIEWS

# Vars far from their defaults: what holds only in one deployment is no claim, nor is a unit test that leans on it.
CONFIGURATION = """
as_of: 2026-07-01T00:00:00Z
vars: {reporting_timezone: America/New_York, mql_basis: earliest, sql_basis: rule, default_country_code: "49",
  default_calendar_id: emea}
sources:
  sample: {type: sample, leads: 300, seed: 7}
"""


@pytest.fixture(scope="module")
def night(tmp_path_factory) -> Night:
    """A night of a small sample company, landed and admitted; dbt has not run yet."""
    home = tmp_path_factory.mktemp("company")
    (home / "seeds").mkdir()
    for seed in (PROJECT / "seeds").glob("*.csv"):
        (home / "seeds" / seed.name).write_bytes(seed.read_bytes())
    (home / "closedloop.yml").write_text(CONFIGURATION)
    deployment = load_deployment(home)
    night = Night("night", deployment.options.as_of, deployment)
    lay_out(deployment)
    for table in contracts():
        land_table(night, table)
        for source in deployment.sources_of(table):
            admit_pending(deployment.layout, night.manifest, source, table)
    options = deployment.options
    with connect(deployment.layout.warehouse, options.memory_limit, options.threads) as connection:
        prepare_landing(connection, deployment.layout, night.manifest, options.vars.reporting_timezone)
    return night


@pytest.fixture(scope="module")
def results(night) -> list:
    """What came of every node, unit tests included: a night leaves those out, they judge the code and not its data."""
    return build(night.deployment, night.as_of, leave_out=())


@pytest.fixture(scope="module")
def claims(night, results) -> dict[str, str]:
    """The SQL of every claim as it is asked: a night writes no files of it."""
    asked = ["compile", "--no-write-json", "--select", "test_type:singular"]
    manifest = load_manifest(night.deployment.layout, "whole")
    said = variables(night.deployment, night.as_of)
    compiled = run_command(night.deployment, manifest, said, asked).result.results
    return {claim.node.name.removeprefix("assert_"): claim.node.compiled_code for claim in compiled}


@pytest.fixture
def spoiled(night, results, tmp_path):
    """A copy of the warehouse to spoil: Great Expectations looks in from outside any transaction."""
    copy = tmp_path / "warehouse.duckdb"
    shutil.copy(night.deployment.layout.warehouse, copy)
    with connect(copy, "1GB", 1) as connection:
        yield connection


def _warehouse(night):
    options = night.deployment.options
    return connect(night.deployment.layout.warehouse, options.memory_limit, options.threads)


def test_clean_data_trips_no_test(results):
    assert not [(node.name, node.message) for node in results if node.is_bad or node.status == "warn"]
    kinds = {node.resource_type for node in results}
    assert {"seed", "model", "test", "unit_test"} <= kinds


def test_every_claim_has_a_defect_planted(claims):
    assert set(claims) == set(DEFECTS)
    assert len(claims) == len(list((PROJECT / "tests").glob("assert_*.sql")))


def test_clean_data_passes_gate_2(night, results):
    with _warehouse(night) as connection:
        verdicts = judge(connection, night.as_of)
    assert {(verdict.schema, verdict.table) for verdict in verdicts} == set(GATE_2_DEFECTS)
    assert [verdict for verdict in verdicts if not verdict.passed] == []


@pytest.mark.parametrize("table", GATE_2_DEFECTS)
def test_a_planted_defect_is_told_by_gate_2_where_it_stands(night, spoiled, table):
    change, condition, told = GATE_2_DEFECTS[table]
    name = VIEWS.get(table, ".".join(table))
    spoiled.execute(f"update {name} {change} {ONE.format(table=name, condition=condition)}")
    failed = {
        (verdict.schema, verdict.table): verdict.failed
        for verdict in judge(spoiled, night.as_of)
        if not verdict.passed
    }
    assert set(failed) == {table}
    assert len(failed[table]) == 1
    assert re.search(told, failed[table][0])


def test_a_check_that_breaks_is_no_verdict(night, spoiled):
    spoiled.execute("alter table reports.rpt_ledger rename column verdict to judgement")
    with pytest.raises(Gate2Error, match=r"reports\.rpt_ledger broke"):
        judge(spoiled, night.as_of)


@pytest.mark.parametrize("claim", DEFECTS)
def test_a_planted_defect_trips_exactly_its_claim(night, claims, claim):
    table, change, condition = DEFECTS[claim]
    row = ONE.format(table=table, condition=condition)
    statement = f"delete from {table} {row}" if change == "delete" else f"update {table} {change} {row}"
    with _warehouse(night) as connection:
        connection.execute("begin")
        connection.execute(statement)
        broken = {name for name, sql in claims.items() if connection.execute(sql).fetchone() is not None}
        connection.execute("rollback")
    assert broken == {claim}
