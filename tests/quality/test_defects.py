"""Each defect that the sample company can plant trips exactly its gate, from the source to what stops a publication.

The gates' own rules are tested one by one elsewhere; here every gate looks at every defect, and clean data trips none.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from ingestion.contracts import contracts
from ingestion.landing.manifest import RuleResult
from ingestion.sources.sample import DEFECTS
from orchestration.landing import land_table
from orchestration.night import Night
from orchestration.quality.gate1 import GateError, admit_pending
from orchestration.quality.gate2 import judge
from orchestration.settings import load_deployment
from orchestration.transform.dbt import build
from orchestration.transform.landing_views import prepare_landing
from orchestration.transform.project import lay_out
from orchestration.transform.warehouse import connect
from tests.deployments import sample

LIFE = {"unknown_channel", "stages_out_of_order"}
"""What a company without any defect shows too: leads without a known channel, deals before leads."""


@dataclass(frozen=True)
class Found:
    """What the gates said: gate 1's refusals, broken rules and quarantined rows, the report's failed checks, gate 2."""

    refused: list[str]
    broken: list[RuleResult]
    quarantined: dict[str, int]
    checks: dict[tuple[str, str], int]
    stopped: tuple[str, ...]

    @property
    def rules(self) -> set[tuple[str, str, str, str]]:
        return {(result.table, result.rule, result.column, result.severity) for result in self.broken}


def found(home: Path, *defects: str) -> Found:
    """All gates over a clean company of 200 leads with these defects planted; models only where gate 1 let all pass."""
    deployment = load_deployment(sample(home, dirt=False, defects=list(defects)))
    night = Night("night", deployment.options.as_of, deployment)
    lay_out(deployment)
    refused = []
    for table in contracts():
        land_table(night, table)
        for source in deployment.sources_of(table):
            try:
                admit_pending(deployment.layout, night.manifest, source, table)
            except GateError as error:
                refused.append(str(error))
    broken = [result for result in night.manifest.results() if result.failed_rows]
    quarantined = {
        load.table: load.quarantined_rows for load in night.manifest.loads() if load.quarantined_rows
    }
    if refused:
        return Found(refused, broken, quarantined, {}, ())
    options = deployment.options
    with connect(deployment.layout.warehouse, options.memory_limit, options.threads) as connection:
        prepare_landing(connection, deployment.layout, night.manifest, options.vars.reporting_timezone)
    assert not [
        node for node in build(deployment, night.as_of, leave_out=("test", "unit_test")) if node.is_bad
    ]
    with connect(deployment.layout.warehouse, options.memory_limit, options.threads) as connection:
        rows = connection.execute(
            "select check_name, table_name, failed_rows from reports.rpt_data_quality where status = 'fail'"
        ).fetchall()
        stopped = tuple(told for verdict in judge(connection, night.as_of) for told in verdict.failed)
    checks = {(check, table): failed for check, table, failed in rows}
    return Found(refused, broken, quarantined, checks, stopped)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Found:
    return found(tmp_path_factory.mktemp("clean"))


def _of(gate: str) -> list[str]:
    return [name for name, defect in DEFECTS.items() if defect.gate == gate]


def test_every_gate_has_a_defect() -> None:
    gates = {defect.gate for defect in DEFECTS.values()}
    assert gates == {"gate 1 row", "gate 1 note", "gate 1 batch", "report", "gate 2"}


def test_clean_data_trips_no_gate(clean: Found) -> None:
    assert (clean.refused, clean.broken, clean.quarantined, clean.stopped) == ([], [], {}, ())
    assert {check for check, _ in clean.checks} <= LIFE


@pytest.mark.parametrize("name", _of("gate 1 batch"))
def test_a_spoiled_batch_is_refused_and_nothing_of_it_admitted(tmp_path: Path, name: str) -> None:
    gates = found(tmp_path, name)
    (reason,) = gates.refused
    assert DEFECTS[name].table in reason
    assert {table for table, *_ in gates.rules} <= {DEFECTS[name].table}
    assert gates.quarantined == {}


def test_spoiled_rows_are_quarantined_and_noted_by_their_rule_alone(tmp_path: Path, clean: Found) -> None:
    """All defects of rows in one company, each in a rule of its own."""
    names = [*_of("gate 1 row"), *_of("gate 1 note")]
    gates = found(tmp_path, *names)
    expected = set()
    for name in names:
        rule, column = DEFECTS[name].check.split(" ")
        severity = "critical" if DEFECTS[name].gate == "gate 1 row" else "warning"
        expected.add((DEFECTS[name].table, rule, column, severity))
    assert gates.rules == expected
    assert gates.quarantined == {DEFECTS[name].table: 3 for name in _of("gate 1 row")}
    assert gates.refused == []
    assert gates.stopped == ()
    assert {check for check, _ in gates.checks if not check.startswith("gate_1_")} <= LIFE


@pytest.mark.parametrize("name", _of("report"))
def test_a_defect_between_tables_is_reported_and_stops_nothing(
    tmp_path: Path, clean: Found, name: str
) -> None:
    gates = found(tmp_path, name)
    assert (gates.refused, gates.broken, gates.quarantined, gates.stopped) == ([], [], {}, ())
    defect = DEFECTS[name]
    more = {check: rows - clean.checks.get(check, 0) for check, rows in gates.checks.items()}
    assert {check for check, rows in more.items() if rows and check[0] not in LIFE - {defect.check}} == {
        (defect.check, defect.table)
    }


@pytest.mark.parametrize("name", _of("gate 2"))
def test_a_defect_of_money_stops_the_publication(tmp_path: Path, name: str) -> None:
    gates = found(tmp_path, name)
    assert (gates.refused, gates.broken, gates.quarantined) == ([], [], {})
    assert {check for check, _ in gates.checks} - LIFE == {DEFECTS[name].check}
    assert gates.stopped
    assert all(
        told.startswith(f"{DEFECTS[name].check} of {DEFECTS[name].table}: ZAR on ") for told in gates.stopped
    )
