"""`closedloop calendar`: the exceptions of a business calendar filled from public holidays.

Which days are holidays and how they join edited rows is the business of `orchestration.agreement.public_holidays`.
"""

from __future__ import annotations

import csv
import re
import sys
from typing import Annotated

import typer

from orchestration.cli import printing, session
from orchestration.cli.error_handling import InputError

app = typer.Typer(
    no_args_is_help=True, help="Business calendars: fill their exceptions from public holidays."
)


@app.callback()
def calendar() -> None:
    """Business calendars: fill their exceptions from public holidays."""


@app.command()
def build(
    country: Annotated[str, typer.Option(help="ISO 3166 code of the country, such as CN.")],
    years: Annotated[str, typer.Option(help="A year or a span of years, inclusive.")],
    subdivision: Annotated[
        str | None, typer.Option(help="Part of the country, such as BY of DE.", show_default=False)
    ] = None,
    calendar: Annotated[
        str | None,
        typer.Option(
            help="The calendar_id of the rows. Default: the country's code in lower case.", show_default=False
        ),
    ] = None,
    hours: Annotated[
        str | None,
        typer.Option(
            help="Opening hours of weekends that are worked. Default: those of a usual working day of the "
            "calendar, else 09:00-18:00.",
            show_default=False,
        ),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Add the rows to seeds/calendar_exceptions.csv.")
    ] = False,
) -> None:
    """Make rows of calendar_exceptions: public holidays closed, weekends that are worked in exchange open.

    Prints them as CSV, or adds them to the deployment's seed with `--write`. A date of which the seed says anything for
    the calendar stays as it is there, so edit the rows and build again for later years. Write hours for a holiday on
    which you work: a row that is only removed comes back.

    Examples: `closedloop calendar build --country CN --years 2024-2027`,
    `closedloop calendar build --country DE --subdivision BY --years 2026 --calendar emea --write`,
    `closedloop calendar build --country CN --years 2026 --hours 09:00-12:00,13:00-18:00`
    """
    from orchestration.agreement import public_holidays as made
    from orchestration.settings import FILE

    span = made.years_between(*_years(years))
    name = calendar or country.strip().lower()
    seeds = None
    if write or (session.home() / FILE).is_file():
        seeds = session.deployment().seeds
    # Without --write a calendar that is not there yet may be tried out.
    weekly = made.Weekly()
    if seeds is not None and (write or calendar):
        weekly = made.weekly_hours(seeds, name)
    rows, unknown = made.public_holidays(country.strip(), subdivision, span, weekly, _intervals(hours))
    if write and seeds is not None:
        added, had = made.add(seeds, name, rows)
        printing.say(
            f"added {added} date(s) to {made.EXCEPTIONS.file} for {name}; {had} it had already stay as they are"
        )
    else:
        writer = csv.DictWriter(sys.stdout, made.EXCEPTIONS.header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(made.as_cells(name, rows))
    for year in unknown:
        print(
            f"note: no worked weekend of {year} is known for {country.upper()}; build {year} again once it is "
            "announced, with a newer version of the package holidays",
            file=sys.stderr,
        )


def _years(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", text.strip())
    if not found:
        raise InputError(f"--years {text!r}; expected a year or a span of years such as 2024-2027")
    return int(found[1]), int(found[2] or found[1])


def _intervals(text: str | None) -> list[tuple[str, str]]:
    """Intervals written as 09:00-12:00,13:00-18:00."""
    from orchestration.agreement.cell_types import TIME

    intervals = []
    for part in (text or "").split(",") if text else ():
        try:
            opens, closes = (TIME.read(time.strip()) for time in part.split("-"))
            if opens == closes:
                raise ValueError
        except ValueError:
            raise InputError(f"--hours {text!r}; expected hours such as 09:00-12:00,13:00-18:00") from None
        intervals.append((str(opens), str(closes)))
    return intervals
