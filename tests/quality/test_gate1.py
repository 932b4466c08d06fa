"""Gate 1: each planted defect trips exactly its rule, clean rows trip none, and what is quarantined says why.

Batches that are refused, judged again or broken off have tests of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pytest

from ingestion.contracts import Column, Contract, contracts
from ingestion.mapping import TableMapping
from ingestion.rules import ACTIONS, REFUSED_BATCH, UNREADABLE_ROW, Rule, contract_rules
from orchestration.quality.expectations import validate
from tests.landings import GivenSource, Landing, extract
from tests.quality.gate1_loads import LEADS, admit, failed

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


@pytest.mark.parametrize("table", list(contracts()))
def test_clean_rows_trip_no_rule(landing: Landing, table: str) -> None:
    source = GivenSource(table, [extract(_clean(contracts()[table]))])
    landing.land(source)
    (report,) = admit(landing, source)
    assert failed(report) == {}
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
    reports = admit(landing, source)
    assert len(reports) == len(defects)
    for report, (_, rule, column, _, severity) in zip(reports, defects, strict=True):
        assert failed(report) == {(rule, column): 1}
        assert report.quarantined_rows == (severity == "critical")
        assert report.admitted_rows + report.quarantined_rows == report.load.rows
    assert landing.quarantined("rule, column_name, line, row_number") == [
        (rule, column, 9, 8) for _, rule, column, _, severity in defects if severity == "critical"
    ]


def test_every_rule_that_quarantines_says_what_to_do() -> None:
    rules = {
        rule.name
        for contract in contracts().values()
        for rule in contract_rules(contract)
        if rule.severity == "critical"
    }
    assert set(ACTIONS) == rules | {UNREADABLE_ROW, REFUSED_BATCH}


def test_a_quarantined_row_says_what_was_found_and_keeps_what_was_received(landing: Landing) -> None:
    source = GivenSource("crm_lead", [extract(LEADS, rejects=[(9, "torn,", "found 2 fields, expected 4")])])
    (load,) = landing.land(source)
    (report,) = admit(landing, source)
    assert (load.rows, report.admitted_rows, report.quarantined_rows) == (6, 2, 4)
    rows = landing.quarantined(
        "source, table_name, unit, load_id, row_number, line, rule, column_name, reason, original"
    )
    place = ("crm", "crm_lead", "leads.csv", load.load_id)
    time = "an ISO-8601 time such as 2024-05-31T14:00:00Z, or one of the column's formats, in the years 1 to 9999"
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
    assert failed(report) == {
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
        extract({}, "empty.csv"),
        extract({"user_id": ["2"]}, "2.csv"),
        extract({"user_id": ["3"]}, "3.csv"),
    ]
    landing.land(source)
    reports = admit(landing, source)
    assert [failed(report) for report in reports] == [
        {},
        {},
        {("column_present", "email"): 1, ("column_present", "team"): 1},
        {("column_present", "team"): 1},
    ]
    assert landing.admitted("email, team") == [("x@y.org", "a"), (None, None), (None, None)]


@pytest.mark.parametrize("columns", [{}, {"lead_id": [], "created_at": []}])
def test_an_empty_file_is_admitted_with_nothing(landing: Landing, columns: Mapping[str, list[str]]) -> None:
    source = GivenSource("crm_lead", [extract(columns)])
    landing.land(source)
    (report,) = admit(landing, source)
    assert (report.admitted_rows, report.quarantined_rows) == (0, 0)
    assert landing.manifest.loads()[0].state == "admitted"


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


def test_a_load_of_unreadable_rows_alone_has_no_columns_and_is_quarantined(landing: Landing) -> None:
    """As JSONL cut in its only line leaves it: nothing says what columns there are."""
    source = GivenSource("crm_lead", [extract({}, rejects=[(1, '{"lead_id": "1', "found no valid JSON")])])
    landing.land(source)
    (report,) = admit(landing, source)
    assert (report.admitted_rows, report.quarantined_rows) == (0, 1)
    assert landing.admitted() == []
    assert landing.quarantined("row_number, line, rule, reason, original") == [
        (None, 1, "unreadable_row", "found no valid JSON", '{"lead_id": "1')
    ]


@pytest.mark.parametrize(
    ("zone", "text", "is_read"),
    [
        ("UTC", "0001-01-01", True),
        ("UTC", "9999-12-31T23:59:59.999999Z", True),
        ("America/New_York", "0001-01-01", True),
        ("Asia/Shanghai", "9999-12-31", True),
        ("Asia/Shanghai", "0001-01-01", False),
        ("America/New_York", "9999-12-31T19:00", False),
        ("UTC", "0001-01-01T00:00:00+05:00", False),
        ("UTC", "9999-12-31T23:59:59-05:00", False),
        ("UTC", "0000-12-31", False),
    ],
)
def test_instants_that_no_calendar_shows_are_quarantined(
    landing: Landing, zone: str, text: str, is_read: bool
) -> None:
    """In UTC: a placeholder at the end of the calendar may lie beyond it once its zone or offset is taken off."""
    columns = {"lead_id": ["1"], "created_at": ["2024-01-01"], "converted_at": [text]}
    source = GivenSource("crm_lead", [extract(columns)], TableMapping(timezone=zone))
    landing.land(source)
    (report,) = admit(landing, source)
    assert report.admitted_rows == is_read
    found = landing.quarantined("rule, column_name")
    assert found == ([] if is_read else [("readable", "converted_at")])
