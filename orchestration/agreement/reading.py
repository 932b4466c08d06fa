"""Seed files read with every cell's place, their form judged: encoding, header, cells of each row, types.

What a seed should look like stands in `seed_schemas`, what rows must satisfy among each other in `rules`.
"""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path

from orchestration.agreement.problem import Problem, errors
from orchestration.agreement.seed_schemas import Seed, SeedColumn


@dataclass(frozen=True)
class Row:
    """One row: the file's line it begins on, and typed values by column (None for a blank)."""

    line: int
    values: dict[str, object]

    def __getitem__(self, column: str) -> object:
        return self.values[column]


@dataclass
class SeedTable:
    """A seed as read. `rows` holds only rows without a mistake of form, so that rules need not guard.

    `is_partial` is true when there were others: what they name is not known, so it cannot be missed elsewhere.
    """

    seed: Seed
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    is_partial: bool = False

    def report(
        self,
        line: int | None,
        column: str | None,
        found: str,
        expected: str,
        action: str,
        severity: str = "error",
    ) -> None:
        """Note one problem of this file."""
        self.problems.append(Problem(self.seed.file, line, column, found, expected, action, severity))


def read_seed(seed: Seed, folder: Path) -> SeedTable:
    """The seed's file in `folder`, or an empty table and a note where there is none."""
    table = SeedTable(seed)
    path = folder / seed.file
    if not path.exists():
        table.report(
            None,
            None,
            "no such file",
            "a seed with the columns " + ", ".join(seed.header),
            "It counts as empty: what it would say is not agreed on. Add the file when it is.",
            severity="note",
        )
        return table
    try:
        content = path.read_bytes()
    except OSError as error:
        table.report(
            None,
            None,
            f"an unreadable file ({error.strerror})",
            "a file that closedloop may read",
            "Give the user who runs it that right.",
        )
        return table
    text = _text(table, content)
    if text is not None:
        _read_rows(table, text)
    table.is_partial = bool(errors(table.problems))
    return table


def _text(table: SeedTable, content: bytes) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        table.report(
            line,
            None,
            f"a byte that is not UTF-8 (0x{content[error.start]:02x})",
            "UTF-8 text, with or without a byte order mark",
            "Save the file as 'CSV UTF-8'.",
        )
        return None


def _lines(table: SeedTable, text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    first = 1
    try:
        for cells in reader:
            yield first, [cell.strip() for cell in cells]
            first = reader.line_num + 1
    except csv.Error as error:
        table.report(
            first,
            None,
            f"text that is not CSV ({error})",
            "cells separated by commas, quotes doubled inside quotes",
            "Mend the quotes of this row.",
        )


def _read_rows(table: SeedTable, text: str) -> None:
    lines = _lines(table, text)
    line, header = next(lines, (1, []))
    while header and not header[-1]:
        header.pop()
    names = [name.lower() for name in header]
    if not _judge_header(table, line, names):
        return
    for line, cells in lines:
        if not any(cells):
            if cells:
                table.report(line, None, "a row of blanks", "a filled row", "It is left out.", "note")
            continue
        while len(cells) > len(names) and not cells[-1]:
            cells.pop()
        if len(cells) != len(names):
            table.report(
                line,
                None,
                f"{len(cells)} cells",
                f"{len(names)}, as the header has",
                "Add the missing commas, or quote the text that holds a comma.",
            )
            continue
        _read_row(table, line, dict(zip(names, cells, strict=True)))


def _judge_header(table: SeedTable, line: int, names: list[str]) -> bool:
    wanted = table.seed.header
    if len(names) == 1 and len(wanted) > 1 and any(mark in names[0] for mark in ";\t"):
        table.report(
            line, None, f"the header {names[0]!r}", "commas between columns", "Save the file with commas."
        )
        return False
    expected = "the columns " + ", ".join(wanted)
    if names and not set(names) & set(wanted):
        found = f"a first line with none of them ({', '.join(names)})"
        table.report(line, None, found, expected, "Write them as the first line, or take the right file.")
        return False
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            table.report(line, name, "the column more than once", expected, "Leave one of them.")
        if name not in wanted:
            near = difflib.get_close_matches(name, [each for each in wanted if each not in names], 1)
            action = f"Did you mean {near[0]!r}?" if near else "Remove it."
            table.report(line, name or None, f"the unknown column {name!r}", expected, action)
    for name in wanted:
        if name not in names:
            table.report(
                line, name, "no such column", expected, "Add it; its cells may be blank if optional."
            )
    return sorted(names) == sorted(wanted)


def _kept(table: SeedTable, line: int, column: SeedColumn, number: Decimal) -> Decimal:
    """The number as the models keep it: what lies beyond its column's decimals is rounded, half away from zero."""
    kept = number.quantize(Decimal(1).scaleb(-column.cell_type.decimals), ROUND_HALF_UP, Context(prec=40))
    if kept != number:
        expected = f"at most {column.cell_type.decimals} digits after the point"
        table.report(line, column.name, f"{number:f}", expected, f"It counts as {kept:f}.", "note")
        return kept
    return number


def _read_row(table: SeedTable, line: int, cells: dict[str, str]) -> None:
    values: dict[str, object] = {}
    for column in table.seed.columns:
        text = cells[column.name]
        try:
            values[column.name] = column.cell_type.read(text) if text else None
        except ValueError:
            table.report(line, column.name, repr(text), column.cell_type.expected, "Correct this cell.")
            continue
        if column.cell_type.decimals is not None and values[column.name] is not None:
            values[column.name] = _kept(table, line, column, values[column.name])
        if column.required and values[column.name] is None:
            table.report(
                line, column.name, "a blank", column.cell_type.expected, "Fill this cell or drop the row."
            )
            continue
    if len(values) == len(table.seed.columns) and not any(
        column.required and values[column.name] is None for column in table.seed.columns
    ):
        table.rows.append(Row(line, values))
