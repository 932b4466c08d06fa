"""Public holidays of a country as rows of calendar_exceptions, and how they join rows that people edited.

Which days are holidays is known to the package `holidays`; what an exception means is the models' business.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingestion.errors import ClosedloopError
from orchestration.agreement.problem import errors
from orchestration.agreement.reading import read_seed
from orchestration.agreement.seed_schemas import SEEDS
from orchestration.agreement.validity import begins, ends, plain

EXCEPTIONS, HOURS, CALENDARS = (
    next(seed for seed in SEEDS if seed.name == name)
    for name in ("calendar_exceptions", "business_hours", "business_calendars")
)
ASSUMED_HOURS = (("09:00", "18:00"),)
"""Of a working weekend, where neither the caller nor the calendar says any."""


class CalendarError(ClosedloopError):
    """A country, calendar or seed that no exceptions can be made of."""


@dataclass(frozen=True)
class Exceptional:
    """One row of calendar_exceptions: an interval of a date, or None for a closed one."""

    day: date
    interval: tuple[str, str] | None


@dataclass(frozen=True)
class Weekly:
    """The hours that a calendar has by business_hours; none where it is not known."""

    rows: tuple[tuple[int, str, str, date, date], ...] = ()

    def opens(self, day: date) -> bool:
        """Whether it has hours on the date's weekday; without any hours at all, whether it is Monday to Friday."""
        if not self.rows:
            return day.isoweekday() <= 5
        return any(
            weekday == day.isoweekday() and first <= day <= last for weekday, _, _, first, last in self.rows
        )

    def of_a_working_day(self, day: date) -> Sequence[tuple[str, str]]:
        """The intervals in force on the date on the first weekday that has any."""
        in_force = [row for row in self.rows if row[3] <= day <= row[4]]
        first = min((row[0] for row in in_force), default=None)
        return [
            (opens, closes) for weekday, opens, closes, *_ in in_force if weekday == first
        ] or ASSUMED_HOURS


def weekly_hours(seeds: Path, calendar_id: str) -> Weekly:
    """The hours of a calendar of the deployment. Raises CalendarError when it has no such calendar."""
    known = [plain(row["calendar_id"]) for row in read_seed(CALENDARS, seeds).rows]
    if plain(calendar_id) not in known:
        raise CalendarError(
            f"no calendar {calendar_id!r} in {CALENDARS.file}; expected one of "
            f"{', '.join(known) or 'its rows, of which it has none'}. Add it there, or name another with --calendar"
        )
    return Weekly(
        tuple(
            (int(str(row["weekday"])), str(row["open"]), str(row["close"]), begins(row), ends(row))
            for row in read_seed(HOURS, seeds).rows
            if plain(row["calendar_id"]) == plain(calendar_id)
        )
    )


def public_holidays(
    country: str,
    subdivision: str | None,
    years: Iterable[int],
    weekly: Weekly,
    hours: Sequence[tuple[str, str]] = (),
) -> tuple[list[Exceptional], list[int]]:
    """Exceptions in order of their dates: holidays on which the calendar would open, and weekends worked in exchange.

    Those open for `hours`, else as on a usual working day. Also gives the years whose working weekends are not known
    yet, of a country that has them. Raises CalendarError for an unknown country or subdivision.
    """
    import holidays

    years = sorted(set(years))
    try:
        known = holidays.country_holidays(country.upper(), subdiv=subdivision, years=years)
    except NotImplementedError as error:
        raise CalendarError(
            f"{error}; expected an ISO 3166 code such as CN or DE, and with --subdivision one of its parts such as BY"
        ) from None
    worked = {day for day in known.weekend_workdays if day.year in years}
    rows = [
        Exceptional(day, None)
        for day in known
        if day.year in years and weekly.opens(day) and day not in worked
    ]
    for day in worked:
        rows += [Exceptional(day, interval) for interval in hours or weekly.of_a_working_day(day)]
    # A country that exchanges weekends for long holidays announces them year by year.
    exchanges = max((day.year for day in known.weekend_workdays), default=0) >= years[0] - 3
    unknown = [year for year in years if exchanges and year not in {day.year for day in worked}]
    return sorted(rows, key=lambda row: (row.day, row.interval or ("", ""))), unknown


def as_cells(calendar_id: str, rows: Iterable[Exceptional]) -> list[dict[str, str]]:
    """Rows as the seed writes them, by column."""
    return [
        {"calendar_id": calendar_id, "date": f"{row.day}"}
        | dict(zip(("open", "close"), row.interval or ("", ""), strict=True))
        for row in rows
    ]


def add(seeds: Path, calendar_id: str, rows: Sequence[Exceptional]) -> tuple[int, int]:
    """Add rows to the deployment's calendar_exceptions.csv; gives how many dates were added, and how many it had.

    A date of which the file says anything for this calendar stays as it is there, and so does every line of the file:
    new ones follow at its end. Raises CalendarError, and writes nothing, when the file has mistakes.
    """
    table = read_seed(EXCEPTIONS, seeds)
    mistakes = errors(table.problems)
    if mistakes:
        lines = "\n".join(f"  {problem}" for problem in mistakes)
        raise CalendarError(f"{EXCEPTIONS.file} has mistakes, so nothing was written:\n{lines}")
    had = {row["date"] for row in table.rows if plain(row["calendar_id"]) == plain(calendar_id)}
    new = [row for row in rows if row.day not in had]
    path = seeds / EXCEPTIONS.file
    text = path.read_bytes().decode("utf-8-sig") if path.exists() else ",".join(EXCEPTIONS.header) + "\n"
    header = [name.strip().lower() for name in next(csv.reader(io.StringIO(text)))]
    ending = "\r\n" if "\r\n" in text else "\n"
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, header, restval="", lineterminator=ending)
    writer.writerows(as_cells(calendar_id, new))
    if new:
        partial = path.with_suffix(".partial")
        whole = text if text.endswith("\n") else text + ending
        partial.write_bytes((whole + lines.getvalue()).encode("utf-8"))
        os.replace(partial, path)
    return len({row.day for row in new}), len({row.day for row in rows} & had)


def years_between(first: int, last: int) -> range:
    """The years from the first to the last, inclusive.

    Raises CalendarError when the range is empty, begins before 1970 or spans more than 50 years.
    """
    if not 1970 <= first <= last <= date.max.year or last - first > 50:
        raise CalendarError(
            f"the years {first}-{last}; expected years from 1970 on, the earlier first and no more than 50 apart, "
            "such as 2024-2027"
        )
    return range(first, last + 1)
