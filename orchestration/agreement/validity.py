"""Rules that any seed may need: a key given once, validity in order, without overlap, without gap.

What only one seed knows stands in the modules that use these.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from orchestration.agreement.reading import Row, SeedTable


@dataclass(frozen=True)
class Terms:
    """What the configuration says that the agreement must fit."""

    reporting_currency: str
    replay_version: str | None
    sources: Collection[str]
    configuration: str = "closedloop.yml"
    as_of: date | None = None
    default_calendar_id: str | None = None
    goal_calendar_id: str | None = None


SeedRule = Callable[[SeedTable, dict[str, SeedTable], Terms], None]


def plain(value: object) -> str:
    """How text of the agreement is compared; a blank is empty text."""
    return "" if value is None else str(value).lower()


def key_of(table: SeedTable, row: Row) -> tuple[str, ...]:
    """What makes a row unique."""
    return tuple(plain(row[column]) for column in table.seed.key)


def named(table: SeedTable, row: Row) -> str:
    """A row's key in words."""
    return ", ".join(f"{column} {row[column] or '(blank)'}" for column in table.seed.key)


def begins(row: Row) -> date:
    """The first day of a row's validity."""
    return row["valid_from"] or date.min


def ends(row: Row) -> date:
    """The last day of a row's validity."""
    return row["valid_until"] or date.max


def unique_keys(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """A key is given once, unless validity tells its rows apart."""
    first: dict[tuple[str, ...], int] = {}
    for row in table.rows:
        line = first.setdefault(key_of(table, row), row.line)
        if line != row.line:
            table.report(
                row.line,
                table.seed.key[-1],
                f"{named(table, row)} again",
                f"each {' + '.join(table.seed.key)} once; it stands on line {line} already",
                "Drop or change one of the two rows.",
            )


def validity_in_order(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """A validity ends on the day it begins or later."""
    for row in table.rows:
        if begins(row) > ends(row):
            table.report(
                row.line,
                "valid_until",
                f"{row['valid_until']}, before valid_from {row['valid_from']}",
                "the last day of validity, on or after valid_from",
                "Swap or correct the two dates.",
            )


def spans(table: SeedTable, columns: tuple[str, ...]) -> Iterator[list[Row]]:
    """Rows that agree in `columns`, in the order of their beginnings; those that end before they begin left out."""
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in table.rows:
        if begins(row) <= ends(row):
            groups[tuple(plain(row[column]) for column in columns)].append(row)
    for rows in groups.values():
        yield sorted(rows, key=lambda row: (begins(row), row.line))


def no_overlap(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """At most one row of a key is in force on any day."""
    for rows in spans(table, table.seed.key):
        last = rows[0]
        for row in rows[1:]:
            if begins(row) <= ends(last):
                table.report(
                    row.line,
                    "valid_from",
                    f"{named(table, row)} in force from {row['valid_from'] or 'the beginning'}",
                    f"a day after line {last.line} ends ({last['valid_until'] or 'it is open'}): "
                    "one row in force a day",
                    "End the earlier row the day before this one begins.",
                )
            if ends(row) > ends(last):
                last = row


def no_gap(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """Between the first and the last row of a key some row is in force on every day."""
    report_gaps(table, table.seed.key)


def report_gaps(
    table: SeedTable, columns: tuple[str, ...], filled: Callable[[Row, date], bool] = lambda row, day: False
) -> None:
    """Report every gap of validity between rows that agree in `columns`, but for days that something else fills."""
    for rows in spans(table, columns):
        reached = rows[0]
        for row in rows[1:]:
            if _gap(reached, row, filled):
                table.report(
                    row.line,
                    "valid_from",
                    f"{', '.join(f'{column} {row[column]}' for column in columns)} "
                    f"in force from {row['valid_from']} only",
                    f"{ends(reached) + timedelta(days=1)}, the day after line {reached.line} ends",
                    "Close the gap: move one of the two dates.",
                )
            if ends(row) > ends(reached):
                reached = row


def _gap(reached: Row, row: Row, filled: Callable[[Row, date], bool]) -> bool:
    if ends(reached) == date.max:
        return False
    days = (begins(row) - ends(reached)).days - 1
    return any(not filled(row, ends(reached) + timedelta(days=day + 1)) for day in range(days))
