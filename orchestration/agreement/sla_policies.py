"""Rules of the promises between sales and marketing: SLA policies, and what an attempt costs.

Calendars, which policies name, have their own module; which policy applies to a journey is the models' business.
"""

from __future__ import annotations

from datetime import timedelta

from orchestration.agreement.reading import Row, SeedTable
from orchestration.agreement.seed_schemas import ATTEMPT_TYPES
from orchestration.agreement.validity import Terms, begins, ends, plain, report_gaps, spans

NEEDED = {
    "first_response": "target_minutes",
    "acceptance": "target_minutes",
    "attempts": "window_days",
    "handoff": "required_fields",
}
"""Commitment to the column without which nobody could keep or break it."""
FOR_WHOM = ("country", "industry", "min_employee_count", "max_employee_count", "min_potential_value")
"""The conditions of a policy: where two have the same, one is meant to follow the other."""


def measurable(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """A policy says what its commitment is measured by."""
    for row in table.rows:
        column = NEEDED[str(row["commitment"])]
        if row[column] is None:
            table.report(
                row.line,
                column,
                "a blank",
                f"a value: {row['commitment']} is measured by it",
                "Fill this cell or drop the row.",
            )


def sizes_in_order(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """The least size is no larger than the largest."""
    for row in table.rows:
        least, most = row["min_employee_count"], row["max_employee_count"]
        if least is not None and most is not None and least > most:
            table.report(
                row.line,
                "max_employee_count",
                f"{most}, below min_employee_count {least}",
                "the largest size, both ends included",
                "Swap or correct the two numbers.",
            )


def one_commitment_each(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """A policy's later terms are of the same commitment."""
    first: dict[str, tuple[int, object]] = {}
    for row in table.rows:
        line, commitment = first.setdefault(plain(row["sla_policy_id"]), (row.line, row["commitment"]))
        if commitment != row["commitment"]:
            table.report(
                row.line,
                "commitment",
                f"{row['commitment']} for policy {row['sla_policy_id']!r}",
                f"{commitment}, as on line {line}",
                "Give this row a sla_policy_id of its own.",
            )


def commitments_without_gap(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """Between the first and the last policy of a commitment, one is in force on every day."""
    report_gaps(table, ("commitment",))


def same_leads_in_turn(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """Policies of the same commitment for the same leads follow each other: a former one left open goes on judging."""
    told = {problem.line for problem in table.problems if problem.column == "valid_from"}
    for rows in spans(table, ("commitment", *FOR_WHOM)):
        former = rows[0]
        for row in rows[1:]:
            if row.line not in told:
                _judge_turn(table, former, row)
            if ends(row) > ends(former):
                former = row


def _judge_turn(table: SeedTable, former: Row, row: Row) -> None:
    expected = (
        f"one at a time for the same leads, day after day (line {former.line}: {former['sla_policy_id']})"
    )
    if begins(row) <= ends(former):
        judge = min((former, row), key=lambda one: (one["priority"], plain(one["sla_policy_id"])))
        table.report(
            row.line,
            "valid_from",
            f"{row['sla_policy_id']} in force beside {former['sla_policy_id']}",
            expected,
            f"{judge['sla_policy_id']} judges while both are: end the former the day before the other begins.",
            severity="note",
        )
    elif begins(row) > ends(former) + timedelta(days=1):
        table.report(
            row.line,
            "valid_from",
            f"{row['sla_policy_id']} in force from {row['valid_from']} only, "
            f"{former['sla_policy_id']} until {former['valid_until']}",
            expected,
            "In between, other policies judge those leads, or none: close the gap if that is not meant.",
            severity="note",
        )


def every_attempt_costs(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """Where attempts cost anything, the cost of each type is said: a free one would look worth making for ever."""
    given = {row["activity_type"] for row in table.rows}
    missing = [name for name in ATTEMPT_TYPES if name not in given]
    if table.rows and missing:
        table.report(
            None,
            "activity_type",
            f"no cost of {', '.join(missing)}",
            "a row for each of " + ", ".join(ATTEMPT_TYPES),
            "Add what such an attempt costs; 0 where it costs nothing.",
        )
