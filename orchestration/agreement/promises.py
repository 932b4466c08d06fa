"""Rules of the promises between sales and marketing: SLA policies, and what an attempt costs.

Calendars, which policies name, have their own module; which policy applies to a journey is the models' business.
"""

from __future__ import annotations

from orchestration.agreement.reading import SeedTable
from orchestration.agreement.shapes import ATTEMPT_TYPES
from orchestration.agreement.validity import Terms, plain, report_gaps

NEEDED = {
    "first_response": "target_minutes",
    "acceptance": "target_minutes",
    "attempts": "window_days",
    "handoff": "required_fields",
}
"""Commitment to the column without which nobody could keep or break it."""


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
