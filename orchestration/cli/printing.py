"""What commands print: tables, rows as CSV and JSON, sizes and moments.

Only form belongs here; what is printed is each command's.
"""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH_OF_PIPES = 200
"""Columns to fill where no terminal says how many it has."""


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def console() -> Console:
    """Standard output, as wide as the terminal."""
    return Console(width=None if sys.stdout.isatty() else WIDTH_OF_PIPES, highlight=False)


def say(text: str = "") -> None:
    """A line of text as it is, however long."""
    print(text)


def program() -> str:
    """How this program is called: by its name where the shell finds it, else by the path it was called by."""
    called = Path(sys.argv[0])
    return called.name if shutil.which(called.name) else str(called)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str | None = None) -> None:
    """Rows in columns, numbers to the right."""
    rows = [list(row) for row in rows]
    shown = Table(box=SIMPLE_HEAD, pad_edge=False)
    for at, column in enumerate(columns):
        is_number = any(_is_number(row[at]) for row in rows)
        shown.add_column(Text(column), justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(Text(cell(value)) for value in row))
    if title is not None:
        console().print(Text(title, style="bold"))
    console().print(shown)


def cell(value: Any) -> str:
    """A value for people: thousands separated, moments in UTC to the second, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | Decimal):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value)


def write(form: Format, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """All rows in a form, as they come."""
    {Format.TABLE: table, Format.CSV: _write_csv, Format.JSON: _write_json}[form](columns, rows)


def _write_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """With a header; null is an empty cell."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_plain(value) for value in row] for row in rows)


def _write_json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """An array of objects, one a line."""
    sys.stdout.write("[")
    for at, row in enumerate(rows):
        sys.stdout.write(",\n" if at else "\n")
        sys.stdout.write(json.dumps(dict(zip(columns, row, strict=True)), default=_json, ensure_ascii=False))
    sys.stdout.write("\n]\n")


def size(count: float) -> str:
    """Bytes for people."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 10 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def first(rows: Iterator[Any], count: int) -> tuple[list[Any], bool]:
    """The first `count` rows (0: all), and whether there are more."""
    if count == 0:
        return list(rows), False
    found = [row for row, _ in zip(rows, range(count + 1), strict=False)]
    return found[:count], len(found) > count


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if hasattr(value, "isoformat") else value


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
