"""Gate 1: each planted defect trips exactly its rule, clean rows trip none, no row is ever lost or admitted twice."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.admission import AdmissionError
from ingestion.contracts import Column, Contract, contracts
from ingestion.landing import placing
from ingestion.landing.manifest import Manifest
from ingestion.landing.placing import sweep
from ingestion.mapping import TableMapping
from ingestion.rules import Rule, contract_rules
from orchestration.quality import gate1
from orchestration.quality.expectations import validate
from orchestration.quality.gate1 import CheckError, GateError, admit_pending, replay
from tests.landings import GivenSource, Landing, extract

CLEAN = {
    "id": "a1",
    "text": "some text",
    "boolean": "true",
    "integer": "12",
    "money": "1,234.50",
    "timestamp": "2024-05-31T14:00:00Z",
    "date": "2024-05-31",
}
BROKEN = {"boolean": "perhaps", "integer": "1.5", "money": "much", "timestamp": "yesterday", "date": "soon"}


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


def _admit(landing: Landing, source: GivenSource, **more: Any) -> list[gate1.AdmissionReport]:
    return admit_pending(landing.layout, landing.manifest, source, source.table, **more)


def _clean(contract: Contract, rows: int = 40) -> dict[str, list[str | None]]:
    """Rows that break no rule: every column given in even rows, only the required ones in odd rows."""
    return {
        column.name: [_value(column) if row % 2 == 0 or column.required else None for row in range(rows)]
        for column in contract.columns
    }


def _value(column: Column) -> str:
    return column.expected[0] if column.expected else CLEAN[column.type]


def _defects() -> list[tuple[str, str, str, str | None, str]]:
    """Table, rule, column, the defective text and the severity of every rule there is."""
    found = []
    for contract in contracts().values():
        for rule in contract_rules(contract):
            column = contract.column(rule.column)
            text = {
                "required": "  ",
                "readable": BROKEN.get(column.type),
                "plausible": "1066-10-14",
                "expected": "unheard of",
                "reserved": " Unattributed",
            }[rule.name]
            found.append((contract.table, rule.name, rule.column, text, rule.severity))
    return found


def _failed(report: gate1.AdmissionReport) -> dict[tuple[str, str], int]:
    return {
        (result.rule, result.column): result.failed_rows
        for result in report.results
        if result.status != "pass"
    }


@pytest.mark.parametrize("table", list(contracts()))
def test_clean_rows_trip_no_rule(landing: Landing, table: str) -> None:
    source = GivenSource(table, [extract(_clean(contracts()[table]))])
    landing.land(source)
    (report,) = _admit(landing, source)
    assert _failed(report) == {}
    assert (report.admitted_rows, report.quarantined_rows) == (40, 0)
    assert landing.quarantined() == []
    assert {result.status for result in report.results} == {"pass"}


@pytest.mark.parametrize("table", list(contracts()))
def test_each_defect_trips_exactly_its_rule(landing: Landing, table: str) -> None:
    """One load per rule of the table, each with one defective row among clean ones."""
    defects = [defect for defect in _defects() if defect[0] == table]
    source = GivenSource(table)
    for number, (_, _, column, text, _) in enumerate(defects):
        columns = _clean(contracts()[table])
        columns[column][7] = text
        source.extracts.append(extract(columns, f"{number:03}.csv"))
    landing.land(source)
    reports = _admit(landing, source)
    assert len(reports) == len(defects)
    for report, (_, rule, column, _, severity) in zip(reports, defects, strict=True):
        assert _failed(report) == {(rule, column): 1}
        assert report.quarantined_rows == (severity == "critical")
        assert report.admitted_rows + report.quarantined_rows == report.load.rows
    assert landing.quarantined("rule, column_name, line, row_number") == [
        (rule, column, 9, 8) for _, rule, column, _, severity in defects if severity == "critical"
    ]


LEADS = {
    "lead_id": ["1", "2", "", "4", "5"],
    "created_at": ["2024-01-01", "soon", "2024-01-03", "never", "2024-01-05"],
    "employee_count": ["1", "x", "3", "4", "5"],
    "note": ["a", "b", "c", "d", "é"],
}


def test_a_quarantined_row_says_what_was_found_and_keeps_what_was_received(landing: Landing) -> None:
    source = GivenSource("crm_lead", [extract(LEADS, rejects=[(9, "torn,", "found 2 fields, expected 4")])])
    (load,) = landing.land(source)
    (report,) = _admit(landing, source)
    assert (load.rows, report.admitted_rows, report.quarantined_rows) == (6, 2, 4)
    rows = landing.quarantined(
        "source, table_name, unit, load_id, row_number, line, rule, column_name, reason, original"
    )
    place = ("crm", "crm_lead", "leads.csv", load.load_id)
    time = "an ISO-8601 time such as 2024-05-31T14:00:00Z, or one of the column's formats"
    assert rows == [
        (
            *place,
            *(2, 3, "readable", "employee_count"),
            f"employee_count: found 'x', expected a whole number; created_at: found 'soon', expected {time}",
            '{"lead_id":"2","created_at":"soon","employee_count":"x","note":"b"}',
        ),
        (
            *place,
            *(3, 4, "required", "lead_id", "lead_id: found nothing, expected a value"),
            '{"lead_id":"","created_at":"2024-01-03","employee_count":"3","note":"c"}',
        ),
        (
            *place,
            *(4, 5, "readable", "created_at", f"created_at: found 'never', expected {time}"),
            '{"lead_id":"4","created_at":"never","employee_count":"4","note":"d"}',
        ),
        (*place, None, 9, "unreadable_row", "", "found 2 fields, expected 4", "torn,"),
    ]
    assert _failed(report) == {
        ("required", "lead_id"): 1,
        ("readable", "employee_count"): 1,
        ("readable", "created_at"): 2,
        ("unreadable_row", ""): 1,
    }
    assert landing.manifest.results(load.load_id) == sorted(
        report.results, key=lambda result: (result.rule, result.column)
    )


def test_a_column_that_vanished_is_reported_and_null(landing: Landing) -> None:
    source = GivenSource(
        "crm_user", how=TableMapping.model_validate({"columns": {"team": {"column": "Team"}}})
    )
    source.extracts = [
        extract({"user_id": ["1"], "Team": ["a"], "email": ["x@y.org"]}, "1.csv"),
        extract({"user_id": ["2"]}, "2.csv"),
        extract({"user_id": ["3"]}, "3.csv"),
    ]
    landing.land(source)
    reports = _admit(landing, source)
    assert [_failed(report) for report in reports] == [
        {},
        {("column_present", "email"): 1, ("column_present", "team"): 1},
        {("column_present", "team"): 1},
    ]
    assert landing.admitted("email, team") == [("x@y.org", "a"), (None, None), (None, None)]


def _mostly_bad(rows: int = 60, bad: int = 20) -> dict[str, list[str]]:
    return {
        "lead_id": [str(row) for row in range(rows)],
        "created_at": ["2024-01-01" if row >= bad else f"day {row}" for row in range(rows)],
    }


def test_a_batch_past_its_threshold_is_refused_whole_and_the_others_are_not(landing: Landing) -> None:
    source = GivenSource("crm_lead")
    source.extracts = [extract(_mostly_bad(), "bad.csv"), extract(_mostly_bad(bad=2), "good.csv")]
    bad, good = landing.land(source)
    with pytest.raises(GateError) as refused:
        _admit(landing, source)
    words = str(refused.value)
    for part in (
        "bad.csv",
        "20 of 60 rows",
        "readable(created_at) 20 rows",
        "line 2 'day 0'",
        "10 rows and 20%",
    ):
        assert part in words
    assert refused.value.loads == [bad.load_id]
    assert [(load.unit, load.state) for load in landing.manifest.loads()] == [
        ("bad.csv", "landed"),
        ("good.csv", "admitted"),
    ]
    assert len(landing.admitted(where=f"_load_id = '{good.load_id}'")) == len(landing.admitted()) == 58
    failed = [result for result in landing.manifest.results(bad.load_id) if result.status == "fail"]
    assert [(result.rule, result.column, result.failed_rows) for result in failed] == [
        ("readable", "created_at", 20)
    ]
    with pytest.raises(GateError):
        _admit(landing, source)


@pytest.mark.parametrize(("bad", "is_refused"), [(10, False), (12, False), (13, True)])
def test_the_threshold_needs_both_the_share_and_the_rows(
    landing: Landing, bad: int, is_refused: bool
) -> None:
    source = GivenSource("crm_lead", [extract(_mostly_bad(60, bad))])
    landing.land(source)
    if is_refused:
        with pytest.raises(GateError):
            _admit(landing, source)
    else:
        (report,) = _admit(landing, source)
        assert report.quarantined_rows == bad


def test_a_refused_batch_passes_once_its_threshold_is_raised(landing: Landing) -> None:
    source = GivenSource("crm_lead", [extract(_mostly_bad())])
    landing.land(source)
    with pytest.raises(GateError):
        _admit(landing, source)
    source.how = TableMapping.model_validate({"rejection": {"share": 0.5, "rows": 10}})
    (report,) = _admit(landing, source)
    assert (report.admitted_rows, report.quarantined_rows) == (40, 20)


def test_a_refused_batch_that_was_sent_again_is_quarantined_whole(landing: Landing) -> None:
    source = GivenSource("crm_lead", [extract(_mostly_bad(), fingerprint="1")])
    landing.land(source)
    with pytest.raises(GateError):
        _admit(landing, source)
    landing.land(source, extract(_mostly_bad(bad=0), fingerprint="2"))
    old, new = _admit(landing, source)
    assert (old.admitted_rows, old.quarantined_rows) == (0, 60)
    assert (new.admitted_rows, new.quarantined_rows) == (60, 0)
    assert {rule for (rule,) in landing.quarantined("rule")} == {"refused_batch"}
    assert len(landing.admitted()) == 60
    assert _admit(landing, source) == []


def test_a_required_column_that_is_nowhere_refuses_the_file_and_names_the_nearest(landing: Landing) -> None:
    source = GivenSource("crm_lead", [extract({"Lead ID": ["1"], "created_at": ["2024-01-01"]})])
    source.how = TableMapping.model_validate({"columns": {"lead_id": {"column": "Lead-Id"}}})
    landing.land(source)
    with pytest.raises(GateError) as refused:
        _admit(landing, source)
    for part in ("leads.csv", "'Lead-Id' for lead_id", "'Lead ID', 'created_at'", "{column: Lead ID}"):
        assert part in str(refused.value)
    assert landing.admitted() == []


@pytest.mark.parametrize("columns", [{}, {"lead_id": [], "created_at": []}])
def test_an_empty_file_is_admitted_with_nothing(landing: Landing, columns: Mapping[str, list[str]]) -> None:
    source = GivenSource("crm_lead", [extract(columns)])
    landing.land(source)
    (report,) = _admit(landing, source)
    assert (report.admitted_rows, report.quarantined_rows) == (0, 0)
    assert landing.manifest.loads()[0].state == "admitted"


def test_nothing_is_judged_twice_until_the_mapping_changes(landing: Landing) -> None:
    source = GivenSource("crm_lead", [extract(LEADS)])
    landing.land(source)
    _admit(landing, source)
    assert _admit(landing, source) == []
    source.how = TableMapping.model_validate(
        {"columns": {"created_at": {"column": "created_at", "values": {"soon": "2024-01-02"}}}}
    )
    (report,) = _admit(landing, source)
    assert (report.formerly_quarantined_rows, report.quarantined_rows) == (3, 3)
    source.how = TableMapping.model_validate(
        {
            "columns": {
                "created_at": {
                    "column": "created_at",
                    "values": {"soon": "2024-01-02", "never": None},
                    "default": "2024-01-09",
                },
                "employee_count": {"column": "employee_count", "values": {"x": None}},
            }
        }
    )
    (report,) = _admit(landing, source)
    assert (report.admitted_rows, report.quarantined_rows) == (4, 1)
    assert landing.admitted("lead_id, created_at") == [
        ("1", datetime(2024, 1, 1)),
        ("2", datetime(2024, 1, 2)),
        ("4", datetime(2024, 1, 9)),
        ("5", datetime(2024, 1, 5)),
    ]
    assert landing.quarantined("row_number") == [(3,)]


def test_a_changed_mapping_that_refuses_leaves_what_was_admitted(landing: Landing) -> None:
    source = GivenSource("crm_lead", [extract(_mostly_bad(bad=0))])
    landing.land(source)
    _admit(landing, source)
    source.how = TableMapping.model_validate({"columns": {"created_at": {"column": "Created"}}})
    with pytest.raises(GateError):
        _admit(landing, source)
    assert landing.manifest.loads()[0].admitted_rows == len(landing.admitted()) == 60
    source.how = TableMapping()
    assert _admit(landing, source) == []


def test_a_replay_neither_loses_nor_doubles(landing: Landing) -> None:
    source = GivenSource("crm_lead", [extract(LEADS, "a"), extract(_mostly_bad(bad=0), "b")])
    first, _ = landing.land(source)
    _admit(landing, source)
    before = landing.admitted(), landing.quarantined()
    for _ in range(2):
        (report,) = replay(landing.layout, landing.manifest, source, "crm_lead")
        assert report.load.load_id == first.load_id
        assert report.quarantined_rows == report.formerly_quarantined_rows == 3
        assert (landing.admitted(), landing.quarantined()) == before
    assert replay(landing.layout, landing.manifest, source, "crm_lead", ["another load"]) == []


def test_a_check_that_breaks_stops_the_run_and_is_no_failure(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Rule("sound", "lead_id", "no_such_function(lead_id)", "anything")
    monkeypatch.setattr(
        "ingestion.admission.contract_rules", lambda contract: (*contract_rules(contract), broken)
    )
    source = GivenSource("crm_lead", [extract(_mostly_bad(bad=0))])
    (load,) = landing.land(source)
    with pytest.raises(CheckError, match="no_such_function"):
        _admit(landing, source)
    statuses = {(r.rule, r.column): r.status for r in landing.manifest.results(load.load_id)}
    assert statuses["sound", "lead_id"] == "error"
    assert statuses["required", "lead_id"] == "pass"
    assert landing.manifest.loads()[0].state == "landed"
    assert landing.admitted() == []


def test_a_rule_that_breaks_on_the_rows_is_an_error_too() -> None:
    session = duckdb.connect()
    session.execute("create table amounts as select unnest(['1', 'x']) as amount")
    rules = [
        Rule("positive", "amount", "cast(amount as integer) <= 0", "more than 0"),
        Rule("given", "amount", "amount is null", "a value"),
    ]
    assert [outcome.status for outcome in validate(session, "amounts", rules)] == ["error", "error"]
    assert [outcome.status for outcome in validate(session, "amounts", rules[1:])] == ["pass"]


def test_rules_are_counted_where_their_condition_is_true_and_not_where_it_is_unknown() -> None:
    session = duckdb.connect()
    session.execute("create table amounts as select unnest([1, -1, null, -2]) as amount")
    rules = [
        Rule("positive", "amount", "amount <= 0", "more than 0"),
        Rule("given", "amount", "amount is null", "a value"),
    ]
    outcomes = validate(session, "(select * from amounts)", rules)
    assert [(outcome.failed_rows, outcome.status) for outcome in outcomes] == [(2, "fail"), (1, "fail")]
    assert session.execute("select count(*) from duckdb_tables()").fetchone() == (1,)


@pytest.mark.parametrize("damage", ["torn", "missing", "other rows"])
def test_a_damaged_landing_file_is_named(landing: Landing, damage: str) -> None:
    source = GivenSource("crm_lead", [extract(LEADS)])
    (load,) = landing.land(source)
    file = landing.root / load.path
    if damage == "torn":
        file.write_bytes(file.read_bytes()[:-20])
    elif damage == "missing":
        file.unlink()
    else:
        duckdb.execute(
            f"copy (select * from read_parquet('{file}') limit 2) to '{file}.new' (format parquet)"
        )
        Path(f"{file}.new").replace(file)
    with pytest.raises(AdmissionError, match="restore"):
        _admit(landing, source)


class Killed(BaseException):
    """The process ends here."""


STEPS: list[tuple[object, str]] = [
    (gate1, "validate"),
    (gate1.Batch, "write_admitted"),
    (gate1.Batch, "write_quarantined"),
    (Manifest, "reopen"),
    (gate1, "place"),
    (placing.os, "replace"),
    (Manifest, "admit"),
]


@pytest.mark.parametrize(("module", "step"), STEPS, ids=[step for _, step in STEPS])
@pytest.mark.parametrize("is_known", [False, True], ids=["first admission", "changed mapping"])
def test_a_kill_at_any_step_and_a_rerun_give_what_an_undisturbed_run_gives(
    landing: Landing, monkeypatch: pytest.MonkeyPatch, module: object, step: str, is_known: bool
) -> None:
    changed = TableMapping(timezone="Asia/Tokyo")
    undisturbed = Landing(landing.root / "undisturbed")
    for one in (undisturbed, landing):
        source = GivenSource("crm_lead", [extract(LEADS)])
        one.land(source)
        if is_known:
            _admit(one, source)
        source.how = changed
    _admit(undisturbed, source)

    # Each call of the step dies once, before it or after it, until the run gets through.
    kills = 0
    for call, is_after in itertools.product(range(1, 4), (False, True)):
        with monkeypatch.context() as patched:
            patched.setattr(module, step, _killing(getattr(module, step), call, is_after))
            try:
                _admit(landing, source)
            except Killed:
                kills += 1
                sweep(landing.layout, landing.manifest, "crm", "crm_lead")
    if kills == 0:
        assert step == "reopen"
        assert not is_known
    _admit(landing, source)
    assert _admit(landing, source) == []
    assert landing.admitted() == undisturbed.admitted()
    assert landing.quarantined() == undisturbed.quarantined()
    assert landing.manifest.loads() == undisturbed.manifest.loads()
    assert landing.manifest.results() == undisturbed.manifest.results()
    assert sweep(landing.layout, landing.manifest, "crm", "crm_lead") == []


def _killing(original: Callable[..., Any], call: int, is_after: bool) -> Callable[..., Any]:
    calls = itertools.count(1)

    def dying(*arguments: Any, **named: Any) -> Any:
        dies = next(calls) == call
        if dies and not is_after:
            raise Killed
        result = original(*arguments, **named)
        if dies:
            raise Killed
        return result

    return dying
