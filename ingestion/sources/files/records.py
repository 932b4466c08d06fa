"""The records of delimited text, one by one, and what to do with those that are none.

The careful reading of delimited text belongs here, whatever dirt it holds; the fast reading of clean text does not.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.sources.files.text import LONGEST_RECORD, utf8_length

# The limit is the process's, and its default is shorter than the long texts of a CRM. Open quotes end at the record's.
csv.field_size_limit(2 * LONGEST_RECORD)


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the 1-based line it begins on, its text without the line's end, its cells, how many lines it takes.

    `is_closed` is false when a quote opened in it is never closed, as at the end of a truncated file.
    """

    line: int
    text: str
    cells: list[str]
    line_count: int
    is_closed: bool


class Records(Iterator[Record]):
    """The records of `lines`; a quoted cell may go on over several lines.

    A quote opens a quoted cell only at the cell's start; two quotes in it are one. Without `quote` there are none.
    `line` and `offset` are the line and the byte of UTF-8 at which the next record begins.
    """

    def __init__(
        self, lines: Iterator[str], delimiter: str, quote: str, line: int = 1, offset: int = 0
    ) -> None:
        self._lines = lines
        self._returned: deque[str] = deque()
        self._taken: list[str] = []
        self.line = line
        self.offset = offset
        self._ended_inside = False
        self._options = {"delimiter": delimiter, "quotechar": quote or None}
        if not quote:
            self._options["quoting"] = csv.QUOTE_NONE
        self._reader = csv.reader(self._feed(), **self._options)

    def __next__(self) -> Record:
        if self._ended_inside:
            self._ended_inside = False
            self._reader = csv.reader(self._feed(), **self._options)
        self._taken.clear()
        line = self.line
        cells = next(self._reader)
        text = "".join(self._taken)
        self.line += len(self._taken)
        self.offset += utf8_length(text)
        return Record(line, text.rstrip("\r\n"), cells, len(self._taken), not self._ended_inside)

    def is_well_quoted(self) -> bool:
        """Does every quoted cell of the record given last end at its closing quote?"""
        try:
            next(csv.reader(iter(self._taken), strict=True, **self._options))
        except csv.Error:
            return False
        return True

    def resume_at_second_line(self) -> None:
        """Go on with the second line of the record given last, as if its first line had been a record."""
        returned = self._taken[1:]
        self._returned.extendleft(reversed(returned))
        self.line -= len(returned)
        self.offset -= sum(map(utf8_length, returned))

    def _feed(self) -> Iterator[str]:
        size = 0
        while True:
            if not self._taken:
                size = 0
            line = self._returned.popleft() if self._returned else next(self._lines, None)
            if line is None or size > LONGEST_RECORD:
                if line is not None:
                    self._returned.appendleft(line)
                self._ended_inside = bool(self._taken)
                return
            size += len(line)
            self._taken.append(line)
            yield line
