"""The rows of a file that could not be read as rows, kept for the manifest.

Only the list and its bound belong here; each reader decides what it rejects.
"""

from __future__ import annotations

from ingestion.sources.files.errors import UnreadableFile

_MOST = 100_000


class Rejects(list[tuple[int, str, str]]):
    """(line, text as received, what was found and expected), in the order of the lines, of the file `unit`.

    Raises UnreadableFile past 100,000 of them: by then the file is not what its configuration says, and they would
    have to be held in memory.
    """

    def __init__(self, unit: str) -> None:
        super().__init__()
        self.unit = unit

    def add(self, line: int, text: str, reason: str) -> None:
        if len(self) == _MOST:
            raise UnreadableFile(
                self.unit,
                f"more than {_MOST:,} rows that cannot be read, the first on line {self[0][0]}: {self[0][2]}",
                "a file whose rows fit its headers",
                "Check delimiter, quote, encoding and header_row of this table in the configuration.",
            )
        self.append((line, text, reason))
