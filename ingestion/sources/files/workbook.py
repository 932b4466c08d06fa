"""Reading one sheet of an .xlsx workbook into batches of text, row by row.

Only this format belongs here; the text of single cells is in `values`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

import pyarrow as pa

from ingestion.sources.files.configuration import FileTable
from ingestion.sources.files.errors import UnreadableFile
from ingestion.sources.files.headers import LINE, column_names
from ingestion.sources.files.rejects import Rejects
from ingestion.sources.files.values import text_of

_ROWS = 20_000
# What openpyxl raises over parts of a workbook that are missing or no valid XML.
_DAMAGE = (KeyError, ValueError, IndexError, ParseError)
# How the format writes what XML would lose, the CR of a CRLF above all; openpyxl hands it on as it stands. Halves of
# surrogate pairs are no text and stay.
_ESCAPE = re.compile("_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")


def read(handle: BinaryIO, table: FileTable, rejects: Rejects) -> Iterator[pa.RecordBatch]:
    """The rows as text under the headers, and `_line`, the row's number in the sheet.

    Formulas give the value they had when the workbook was saved. Rows without any value are no rows; a row with a
    value beyond the last header goes to `rejects`. Raises UnreadableFile when the sheet is not there.
    """
    import openpyxl  # late: few sources hold workbooks, and it takes a quarter of a second

    try:
        book = openpyxl.load_workbook(handle, read_only=True, data_only=True)
    except _DAMAGE as error:
        raise _damaged(rejects.unit, error) from error
    try:
        if table.sheet is not None and table.sheet not in book.sheetnames:
            raise UnreadableFile(
                rejects.unit,
                f"the sheets {', '.join(book.sheetnames)}",
                f"a sheet {table.sheet}",
                "Correct `sheet` in the configuration.",
            )
        sheet = book[table.sheet] if table.sheet is not None else book.worksheets[0]
        sheet.reset_dimensions()  # some writers state a range that is too small
        yield from _batches(_valued(sheet.iter_rows(values_only=True), table.header_row or 1), rejects)
    except _DAMAGE as error:
        raise _damaged(rejects.unit, error) from error
    finally:
        book.close()


def _damaged(unit: str, error: Exception) -> UnreadableFile:
    return UnreadableFile(
        unit,
        f"a damaged workbook ({type(error).__name__}: {error})",
        "a whole .xlsx workbook",
        "Open it in a spreadsheet program, save it anew, or have it sent again.",
    )


def _valued(rows: Iterator[tuple[Any, ...]], first: int) -> Iterator[tuple[int, list[str | None]]]:
    for number, cells in enumerate(rows, start=1):
        texts = [text_of(_unescaped(cell)) for cell in cells]
        while texts and texts[-1] is None:
            texts.pop()
        if texts and number >= first:
            yield number, texts


def _unescaped(cell: Any) -> Any:
    if isinstance(cell, str) and "_x" in cell:
        return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), cell)
    return cell


def _batches(rows: Iterator[tuple[int, list[str | None]]], rejects: Rejects) -> Iterator[pa.RecordBatch]:
    _, headers = next(rows, (0, []))
    names = column_names(headers)
    schema = pa.schema([*((name, pa.string()) for name in names), (LINE, pa.int64())])
    yield pa.RecordBatch.from_pylist([], schema)
    fitting = _fitting(rows, len(names), rejects)
    while taken := list(islice(fitting, _ROWS)):
        columns = [pa.array(cells, pa.string()) for cells in zip(*(row for _, row in taken), strict=True)]
        yield pa.RecordBatch.from_arrays(
            [*columns, pa.array([line for line, _ in taken], pa.int64())], schema=schema
        )


def _fitting(
    rows: Iterator[tuple[int, list[str | None]]], width: int, rejects: Rejects
) -> Iterator[tuple[int, list[str | None]]]:
    for line, cells in rows:
        if len(cells) > width:
            text = "\t".join(cell or "" for cell in cells)
            rejects.add(
                line, text, f"found a value in column {len(cells)}; expected none beyond the {width} headers"
            )
        else:
            yield line, cells + [None] * (width - len(cells))
