"""How one delimited file is written: where its headers are, what parts its cells, how many there are.

Judging the head of a file belongs here, and with it what makes a record a row; reading the rows does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from ingestion.sources.files.configuration import FileTable
from ingestion.sources.files.errors import UnreadableFile
from ingestion.sources.files.headers import column_names
from ingestion.sources.files.records import Record, Records
from ingestion.sources.files.text import Text, shown, utf8_length

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_RECORDS = 1000
_SAMPLE_CHARACTERS = 1 << 20


@dataclass(frozen=True)
class Dialect:
    """The shape of one delimited file.

    `names` are its columns, of which all but trailing ones without a header (`least` columns) must have a cell in
    every row. The rows begin `offset` bytes into the UTF-8 text, on line `first_line`.
    """

    names: tuple[str, ...]
    least: int
    delimiter: str
    quote: str
    offset: int
    first_line: int

    def fitted(self, cells: list[str]) -> list[str] | None:
        """The cells of a row, one per column; None when there are too many or too few.

        Surplus cells do no harm while they are blank, nor do missing ones where there is no header.
        """
        width = len(self.names)
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            return cells[:width]
        if self.least <= len(cells) <= width:
            return cells + [""] * (width - len(cells))
        return None

    def may_hide_rows(self, cell: str | None) -> bool:
        """Could the cell be several rows behind a misplaced quote? It has their line ends, delimiters and a quote."""
        return (
            cell is not None
            and bool(self.quote)
            and self.quote in cell
            and cell.count(self.delimiter) >= len(self.names) - 1
            and ("\n" in cell or "\r" in cell)
        )

    def misfit(self, count: int) -> str:
        """Why a record of `count` cells is no row."""
        return f"found {count} cells; expected {len(self.names)}, one for each header"


def dialect_of(text: Text, table: FileTable) -> Dialect | None:
    """The dialect of a file, as configured, else judged from its head; None for one without any text.

    The delimiter is the one by which the most rows have as many cells as the headers, then the one that gives the most
    cells; a first line `sep=;`, as spreadsheets write it, counts. Headers are in `header_row`, else in the first line
    that is not blank. Raises UnreadableFile when the headers open a quote that is never closed.
    """
    head = list(_head(text))
    at = (table.header_row or 1) - 1
    hint = None
    if at < len(head) and head[at].startswith("sep=") and len(head[at].rstrip("\r\n")) == 5:
        hint, at = head[at][4], at + 1
    while at < len(head) and not head[at].strip():
        at += 1
    if at >= len(head):
        return None
    given = table.delimiter or hint
    samples = {
        delimiter: list(islice(Records(iter(head[at:]), delimiter, table.quote, at + 1), _SAMPLE_RECORDS))
        for delimiter in ((given,) if given else _DELIMITERS)
    }
    delimiter = max(samples, key=lambda candidate: _fit(samples[candidate]))
    header, *rows = samples[delimiter]
    if not header.is_closed:
        raise UnreadableFile(
            text.file.unit,
            f"headers with a quote that is never closed, line {header.line}: {shown(header.text)[:80]!r}",
            "a line of headers",
            "Check header_row and quote of this table in the configuration, or have the file sent again.",
        )
    headers = _widened(header.cells, rows)
    end = at + header.line_count
    return Dialect(
        names=column_names(shown(name) for name in headers),
        least=max((position for position, name in enumerate(headers, 1) if name.strip()), default=1),
        delimiter=delimiter,
        quote=table.quote,
        offset=sum(map(utf8_length, head[:end])),
        first_line=end + 1,
    )


def _head(text: Text) -> Iterator[str]:
    size = 0
    for line in text.lines():
        size += len(line)
        yield line
        if size > _SAMPLE_CHARACTERS:
            return


def _fit(sample: list[Record]) -> tuple[float, int, int]:
    headers = sample[0].cells
    if len(headers) == 1:
        return 0.0, 1, 0
    rows = [record for record in sample[1:] if record.text.strip()]
    share = sum(_fits(record.cells, len(headers)) for record in rows) / len(rows) if rows else 1.0
    # A comma within a header is followed by a blank, one between headers is not.
    return share, len(headers), -sum(name != name.strip() for name in headers)


def _fits(cells: list[str], width: int) -> bool:
    return len(cells) == width or (len(cells) > width and not any(cells[width:]))


def _widened(headers: list[str], rows: list[Record]) -> list[str]:
    """The headers, with blank ones added or taken at their end where most rows have more or fewer blank cells."""
    rows = [record for record in rows if record.is_closed and record.text.strip()]
    widths = Counter(len(record.cells) for record in rows)
    usual = widths.most_common(1)[0][0] if widths else len(headers)
    if usual > len(headers):
        surplus = [record.cells[len(headers) :] for record in rows if len(record.cells) == usual]
        return headers if any(map(any, surplus)) else headers + [""] * (usual - len(headers))
    return headers if any(name.strip() for name in headers[usual:]) else headers[:usual]
