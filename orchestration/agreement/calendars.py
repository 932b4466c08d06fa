"""Rules of the business calendars: their hours, exceptions, who names them, and how far they reach.

How open time is computed is the models' business; filling exceptions from public holidays is `closedloop calendar`'s.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from orchestration.agreement.reading import Row, SeedTable
from orchestration.agreement.validity import Terms, ends, plain, report_gaps, spans


def _calendars(tables: dict[str, SeedTable]) -> list[str]:
    return sorted(plain(row["calendar_id"]) for row in tables["business_calendars"].rows)


def known_calendars(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """Whoever names a calendar names one that business_calendars has; not judged while a row of that has mistakes."""
    if tables["business_calendars"].is_partial:
        return
    known = _calendars(tables)
    for row in table.rows:
        if row["calendar_id"] is not None and plain(row["calendar_id"]) not in known:
            table.report(
                row.line,
                "calendar_id",
                repr(row["calendar_id"]),
                "a calendar of business_calendars.csv (" + (", ".join(known) or "it has none") + ")",
                "Correct this cell, or add the calendar there.",
            )


def configured_calendars(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """The calendars that the configuration names exist; not judged while a row of them has mistakes."""
    if table.is_partial:
        return
    known = _calendars(tables)
    for name in ("default_calendar_id", "goal_calendar_id"):
        value = getattr(terms, name)
        if value is not None and plain(value).strip() not in known:
            table.report(
                None,
                "calendar_id",
                f"no calendar {value!r}, which {name} in {terms.configuration} names",
                f"one of {', '.join(known)}" if known else "a calendar of this file, which has none",
                f"Correct vars.{name}, or add the calendar here.",
            )


def clocks_have_calendars(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """A policy without a calendar takes the owner's, but not every lead has an owner, nor every owner a calendar."""
    known = _calendars(tables)
    measured = [
        row
        for row in table.rows
        if row["commitment"] in ("first_response", "acceptance") and row["calendar_id"] is None
    ]
    if measured and len(known) != 1 and terms.default_calendar_id is None:
        table.report(
            measured[0].line,
            "calendar_id",
            "a blank, and no default_calendar_id",
            f"a calendar for leads whose owner names none ({', '.join(known) or 'business_calendars.csv has none'})",
            f"A clock without one stops publication: set vars.default_calendar_id in {terms.configuration}.",
            severity="note",
        )


def open_differs_from_close(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """An interval that closes when it opens would be empty or a whole day: nobody can tell which."""
    for row in table.rows:
        if row["open"] is not None and row["open"] == row["close"]:
            table.report(
                row.line,
                "close",
                f"{row['close']}, when it opens",
                "another time than open; 00:00 to 24:00 is a whole day",
                "Correct one of the two times, or drop the row.",
            )
        if row["open"] == "24:00":
            table.report(
                row.line, "open", "24:00", "a time of the day it opens on", "Write 00:00 of the next day."
            )


def exceptions_open_or_close(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """A row has both times or none, and the rows of a date are of one kind."""
    days: dict[tuple[str, date], list[Row]] = defaultdict(list)
    for row in table.rows:
        if (row["open"] is None) != (row["close"] is None):
            blank = "open" if row["open"] is None else "close"
            table.report(
                row.line,
                blank,
                "a blank beside a time",
                "both times, or none where the day is closed",
                "Fill this cell, or empty the other.",
            )
        else:
            days[plain(row["calendar_id"]), row["date"]].append(row)
    for rows in days.values():
        for row in rows[1:]:
            if (row["open"] is None) != (rows[0]["open"] is None):
                closed = "a closed day" if row["open"] is None else "an open interval"
                table.report(
                    row.line,
                    "open",
                    f"{closed} on {row['date']}, of which line {rows[0].line} says otherwise",
                    "rows of one kind on a date: intervals, or one row of blanks for a closed day",
                    "Drop one of the two rows.",
                )


def calendars_without_gap(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """Between a calendar's first and last hours every day is inside the validity of some row, or has an exception."""
    excepted = {(plain(row["calendar_id"]), row["date"]) for row in tables["calendar_exceptions"].rows}
    report_gaps(table, ("calendar_id",), lambda row, day: (plain(row["calendar_id"]), day) in excepted)


def calendars_reach(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """A calendar that ended, or has no hours, measures none of the clocks that ask it: gate 2 fails."""
    reached = {
        plain(rows[0]["calendar_id"]): max(rows, key=ends)
        for rows in spans(tables["business_hours"], ("calendar_id",))
    }
    excepted = {plain(row["calendar_id"]) for row in tables["calendar_exceptions"].rows}
    for row in table.rows:
        last = reached.get(plain(row["calendar_id"]))
        if last is None and plain(row["calendar_id"]) not in excepted:
            table.report(
                row.line,
                "calendar_id",
                f"{row['calendar_id']!r}, without hours",
                "rows in business_hours.csv",
                "A clock that asks it stops publication: add some, or name another calendar.",
                severity="note",
            )
        elif last is not None and terms.as_of is not None and ends(last) < terms.as_of:
            table.report(
                row.line,
                "calendar_id",
                f"{row['calendar_id']!r}, which ends on {last['valid_until']} "
                f"(business_hours.csv, line {last.line})",
                f"hours up to as_of ({terms.as_of}) and beyond",
                "A clock that runs past its end stops publication: add hours from the next day on.",
                severity="note",
            )
