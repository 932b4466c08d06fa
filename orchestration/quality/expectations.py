"""The one Great Expectations runner: rules over a relation of a DuckDB session, counted in SQL.

What the rules are belongs to the gates; nothing here decides what a failed one means. Great Expectations is imported
only when something is validated, since that takes seconds, and runs without context, files, progress bars or network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import duckdb

from ingestion.rules import Rule
from orchestration.lazy_imports import lazy_imports

_MARKS = "rule_marks"
UNUSED = ("altair", "scipy.stats")
"""What Great Expectations imports for one expectation that is used nowhere here."""
GATHERING = (
    "great_expectations.datasource.fluent",
    "great_expectations.expectations",
    "great_expectations.expectations.core",
)
"""Packages of Great Expectations that bring everything there is: sources of every kind, and sixty expectations."""


@dataclass(frozen=True)
class RuleOutcome:
    """What one rule said of a relation. `error` is why the check itself broke; then nothing is known of the rows."""

    rule: Rule
    failed_rows: int
    error: str | None = None

    @property
    def status(self) -> Literal["pass", "fail", "error"]:
        if self.error is not None:
            return "error"
        return "fail" if self.failed_rows else "pass"


def validate(
    connection: duckdb.DuckDBPyConnection, relation: str, rules: Sequence[Rule]
) -> list[RuleOutcome]:
    """Judge every row of `relation` by `rules`; outcomes in their order.

    `relation` is a table, view or parenthesised query of the session. Each rule becomes a mark on every row that keeps
    it, of which Great Expectations expects that it is never null. The marks are worked out in one scan and kept as a
    temporary table, because Great Expectations asks for each of them several times; rows that keep every rule are left
    out, for a mark on them is nothing to count, and where all keep every rule it is not asked. A rule that cannot be
    evaluated comes back with `error`, and so do all others when it breaks on the rows; nothing is raised for it.
    """
    if not rules:
        return []
    broken = {}
    if _fault(connection, relation, rules) is not None:
        broken = {
            at: fault for at, rule in enumerate(rules) if (fault := _fault(connection, relation, [rule]))
        }
    sound = {at: rule for at, rule in enumerate(rules) if at not in broken}
    found = _judge(connection, relation, sound) if sound else {}
    return [
        RuleOutcome(rule, 0, broken[at]) if at in broken else RuleOutcome(rule, *found[at])
        for at, rule in enumerate(rules)
    ]


def _fault(connection: duckdb.DuckDBPyConnection, relation: str, rules: Sequence[Rule]) -> str | None:
    """Why rules are no conditions on the relation at all (a misspelt column, say); None when they are."""
    try:
        connection.execute(f"select {', '.join(rule.failed for rule in rules)} from {relation} limit 0")
    except duckdb.Error as error:
        return str(error).splitlines()[0]
    return None


def _judge(
    connection: duckdb.DuckDBPyConnection, relation: str, rules: Mapping[int, Rule]
) -> dict[int, tuple[int, str | None]]:
    """Failed rows and error per position of a rule."""
    marks = ", ".join(
        f"case when {rule.failed} then null else true end as rule_{at}" for at, rule in rules.items()
    )
    breaks_any = " or ".join(f"({rule.failed})" for rule in rules.values())
    try:
        (marked,) = connection.execute(
            f"create or replace temp table {_MARKS} as select {marks} from {relation} where {breaks_any}"
        ).fetchone()
        if not marked:
            return dict.fromkeys(rules, (0, None))
        found = _expect_never_null([f"rule_{at}" for at in rules], connection)
    except duckdb.Error as error:
        return dict.fromkeys(rules, (0, str(error).splitlines()[0]))
    finally:
        connection.execute(f"drop table if exists {_MARKS}")
    return {at: found[f"rule_{at}"] for at in rules}


def _expect_never_null(
    marks: Sequence[str], connection: duckdb.DuckDBPyConnection
) -> dict[str, tuple[int, str | None]]:
    with lazy_imports(*UNUSED, gathering=GATHERING):
        from great_expectations import expectations
        from great_expectations.core.batch import Batch
        from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
        from great_expectations.validator.validator import Validator

        from orchestration.quality.engine import execution_engine

    engine = execution_engine(connection)
    batch = Batch(data=SqlAlchemyBatchData(execution_engine=engine, table_name=_MARKS))
    validator = Validator(execution_engine=engine, batches=[batch])
    validator.metrics_calculator.show_progress_bars = False
    suite = [expectations.ExpectColumnValuesToNotBeNull(column=mark) for mark in marks]
    results = validator.graph_validate(
        configurations=[expectation.configuration for expectation in suite],
        runtime_configuration={
            "catch_exceptions": True,
            "result_format": {"result_format": "BASIC", "partial_unexpected_count": 0},
        },
    )
    return {
        result.expectation_config.kwargs["column"]: (
            int(result.result.get("unexpected_count") or 0),
            _exception(result.exception_info),
        )
        for result in results
    }


def _exception(info: Any) -> str | None:
    """The message in a result's exception info: flat where the expectation broke, by metric where its numbers did."""
    faults = [info, *(value for value in info.values() if isinstance(value, dict))]
    raised = [fault for fault in faults if fault.get("raised_exception")]
    return str(raised[0]["exception_message"]).splitlines()[0] if raised else None
