"""Reading delimited text (CSV and its kin) into batches: fast while the text is clean, carefully from where it is not.

Both readers belong here and give the same rows, lines and rejects; how text is cut into records is in `records`.
"""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Generator, Iterator
from itertools import chain, islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from ingestion.sources.files.configuration import FileTable
from ingestion.sources.files.dialect import Dialect, dialect_of
from ingestion.sources.files.encodings import checked
from ingestion.sources.files.headers import LINE
from ingestion.sources.files.records import Records
from ingestion.sources.files.rejects import Rejects
from ingestion.sources.files.text import Text, buffered, is_decoded, shown, utf8_length

_FAST_BLOCK = 4 << 20
_CAREFUL_ROWS = 20_000
_MISQUOTED = "found a quote that does not close in this row; expected one at the cell's end"
_ZEROS = "found zeros, as in a file whose sender was cut off while writing; expected text"
# Put after the last row. It comes back as a row of its own unless a quote is still open there.
_END = "\x03end of file\x04"


def read(text: Text, table: FileTable, rejects: Rejects) -> Iterator[pa.RecordBatch]:
    """The rows as text under the received headers, blank cells as null, and `_line`, the line a row begins on.

    Lines without any value are no rows. What is no row goes to `rejects`, which is complete at the end.
    """
    dialect = dialect_of(text, table)
    if dialect is None:
        yield _batch((), [], [])
        return
    yield _batch(dialect.names, [], [])
    line, offset, rows = dialect.first_line, dialect.offset, _CAREFUL_ROWS
    while (stopped_at := (yield from _fast(text, dialect, rejects, line, offset))) is not None:
        records = _records_from(stopped_at, text, dialect, line, offset)
        yield from _careful(records, text, dialect, rejects, rows)
        # Coming back means reading the text up to here once more, so the more dirt there is the later.
        line, offset, rows = records.line, records.offset, 2 * rows


class _Unsplit:
    """Reads of a stream that never end between CR and LF: Arrow drops an LF at the start of a read after a CR.

    It does so inside quotes too, where the LF belongs to a cell.
    """

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._kept = b""
        self.closed = False

    def read(self, size: int) -> bytes:
        read = self._stream.read(size - len(self._kept))
        given = self._kept + read
        self._kept = b"\r" if read.endswith(b"\r") else b""
        return given.removesuffix(self._kept)


def _fast(
    text: Text, dialect: Dialect, rejects: Rejects, line: int, offset: int
) -> Generator[pa.RecordBatch, None, int | None]:
    """Read by Arrow; returns the line from which on the text needs care, None when it was read to its end.

    Arrow numbers every record, blank lines included. A record's line is its number plus the line ends inside cells
    before it.
    """
    passed_over: deque[tuple[int, str, int]] = deque()

    def pass_over(row: pa_csv.InvalidRow) -> str:
        is_many_lines = "\n" in row.text or "\r" in row.text
        if is_many_lines or dialect.fitted(_cells(row.text, dialect)) is not None:
            return "error"
        passed_over.append((row.number, row.text, row.actual_columns))
        return "skip"

    end = f"\n{dialect.delimiter * (len(dialect.names) - 1)}{_END}".encode()
    stream = pa.PythonFile(_Unsplit(buffered(chain(checked(text.blocks(offset)), [end]))), "r")
    number = 1
    try:
        reader = pa_csv.open_csv(
            stream,
            # Arrow numbers rejected rows on one thread only; it reads faster than the landing writes even so.
            pa_csv.ReadOptions(column_names=dialect.names, block_size=_FAST_BLOCK, use_threads=False),
            pa_csv.ParseOptions(
                delimiter=dialect.delimiter,
                quote_char=dialect.quote or False,
                newlines_in_values=bool(dialect.quote),
                ignore_empty_lines=False,
                invalid_row_handler=pass_over,
            ),
            pa_csv.ConvertOptions(
                column_types=dict.fromkeys(dialect.names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
        for batch in reader:
            count = batch.num_rows
            skipped = _take(passed_over, number, count)
            numbers = np.delete(
                np.arange(number, number + count + len(skipped)), [row[0] - number for row in skipped]
            )
            many_lined, line_ends = _line_ends_inside(batch)
            inside = np.concatenate([[0], np.cumsum(line_ends)])
            row_lines = line + (numbers - number) + inside[:-1]
            stop = _first_in_doubt(batch, dialect, many_lined)
            for at, content, cell_count in skipped:
                before = np.searchsorted(numbers, at)
                if before <= stop and any(cell.strip() for cell in _cells(content, dialect)):
                    rejects.add(int(line + at - number + inside[before]), content, dialect.misfit(cell_count))
            number, line = number + count + len(skipped), int(line + count + len(skipped) + inside[-1])
            yield _without_blank_rows(batch.slice(0, stop), row_lines[:stop])
            if stop < count:
                is_end = stop == count - 1 and batch.columns[-1][stop].as_py() == _END
                return None if is_end else int(row_lines[stop])
    except (pa.ArrowInvalid, UnicodeDecodeError):
        return line
    return line


def _records_from(first_line: int, text: Text, dialect: Dialect, line: int, offset: int) -> Records:
    """The records from the one that begins on `first_line`, `line` being the one at `offset`."""
    lines = text.lines(offset)
    for passed_over in islice(lines, first_line - line):
        offset += utf8_length(passed_over)
    return Records(lines, dialect.delimiter, dialect.quote, first_line, offset)


def _careful(
    records: Records, text: Text, dialect: Dialect, rejects: Rejects, most: int
) -> Iterator[pa.RecordBatch]:
    """Read record by record, `most` rows at the most.

    Where a quote seems misplaced (it is never closed, or the lines it joins do not make a row) the line it opens on is
    rejected alone, so the lines after it are read.
    """
    rows = islice(_rows(records, dialect, text.encoding, rejects), most)
    while taken := list(islice(rows, _CAREFUL_ROWS)):
        yield _batch(
            dialect.names, list(zip(*(cells for _, cells in taken), strict=True)), [at for at, _ in taken]
        )


def _rows(
    records: Records, dialect: Dialect, encoding: str, rejects: Rejects
) -> Iterator[tuple[int, list[str]]]:
    for record in records:
        cells = dialect.fitted(record.cells)
        is_misquoted = not record.is_closed or (
            record.line_count > 1
            and (cells is None or (any(map(dialect.may_hide_rows, cells)) and not records.is_well_quoted()))
        )
        if is_misquoted:
            records.resume_at_second_line()
            opening = re.split("[\r\n]", record.text, maxsplit=1)[0]
            rejects.add(record.line, shown(opening), _MISQUOTED)
        elif "\0" in record.text:
            rejects.add(record.line, shown(record.text.rstrip("\0").replace("\0", "\ufffd")), _ZEROS)
        elif cells is None:
            if any(cell.strip() for cell in record.cells):
                rejects.add(record.line, shown(record.text), dialect.misfit(len(record.cells)))
        elif not is_decoded(record.text):
            rejects.add(
                record.line, shown(record.text), f"found bytes that are not {encoding}; expected text"
            )
        elif any(cells):
            yield record.line, cells


def _cells(text: str, dialect: Dialect) -> list[str]:
    return next(Records(iter([text]), dialect.delimiter, dialect.quote)).cells


def _take(passed_over: deque[tuple[int, str, int]], number: int, count: int) -> list[tuple[int, str, int]]:
    """Those passed over before the last of `count` rows, the first record being `number`."""
    taken = []
    last = number + count - 1
    while passed_over and passed_over[0][0] <= last:
        taken.append(passed_over.popleft())
        last += 1
    return taken


def _line_ends_inside(batch: pa.RecordBatch) -> tuple[list[pa.Array], np.ndarray]:
    """The columns that have line ends in their cells, and how many there are per row."""
    many_lined, found = [], np.zeros(batch.num_rows, dtype=np.int64)
    for column in batch.columns:
        content = np.frombuffer(column.buffers()[2] or b"", dtype=np.uint8)
        if (content == 10).any() or (content == 13).any():
            many_lined.append(column)
            ends = pc.count_substring_regex(column, "\r\n|\n|\r").fill_null(0)
            found += ends.to_numpy(zero_copy_only=False)
    return many_lined, found


def _first_in_doubt(batch: pa.RecordBatch, dialect: Dialect, many_lined: list[pa.Array]) -> int:
    """Where the first row is that may hide others or holds the end of the text; the row count if there is none.

    A row may hide others where Dialect.may_hide_rows says so of a cell.
    """
    count = batch.num_rows
    last = batch.columns[-1][count - 1].as_py() if count else None
    stop = count - 1 if last is not None and last.endswith(_END) else count
    for column in many_lined if dialect.quote else ():
        delimiters = pc.count_substring(column, dialect.delimiter)
        may_hide = pc.and_(
            pc.greater_equal(delimiters, len(dialect.names) - 1), pc.match_substring(column, dialect.quote)
        )
        may_hide = pc.and_(may_hide, pc.match_substring_regex(column, "[\r\n]"))
        position = pc.index(may_hide, True).as_py()
        stop = min(stop, position) if position >= 0 else stop
    return stop


def _without_blank_rows(batch: pa.RecordBatch, row_lines: np.ndarray) -> pa.RecordBatch:
    numbered = batch.append_column(LINE, pa.array(row_lines, pa.int64()))
    if not batch.num_rows or not batch.column(0).null_count:
        return numbered
    is_blank = batch.column(0).is_null()
    for column in batch.columns[1:]:
        is_blank = pc.and_(is_blank, column.is_null())
    return numbered.filter(pc.invert(is_blank))


def _batch(names: tuple[str, ...], columns: list[tuple[str, ...]], row_lines: list[int]) -> pa.RecordBatch:
    columns = columns or [()] * len(names)
    arrays = [pa.array([cell or None for cell in cells], pa.string()) for cells in columns]
    return pa.RecordBatch.from_arrays([*arrays, pa.array(row_lines, pa.int64())], [*names, LINE])
