"""A full disk, whichever library meets it first, and the words for it.

Only telling it belongs here: making room is for people, and a night leaves what was published as it was.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.errors import ClosedloopError

_TELLING = (
    "No space left on device",
    "Disk quota exceeded",
    "File too large",
    "database or disk is full",  # SQLite's
    "disk I/O error",  # SQLite's too, where it wanted to map what it had no room to write
    "max_temp_directory_size",  # DuckDB's, where what it spills finds no room
)


class DiskFull(ClosedloopError):
    """The disk of the data folder takes no more; `said` is the message of the library that met it."""

    def __init__(self, said: str) -> None:
        found = next(line.strip() for line in said.splitlines() if tells_of_it(line))
        super().__init__(
            f"the disk takes no more: {found}; expected room for what a night writes. What was published stays as it "
            "was. Make room (`closedloop status` says what takes how much) or, where there is some, have the drive "
            "looked at; then run again."
        )


def tells_of_it(text: str | None) -> bool:
    """Is a message that of a full disk?"""
    return text is not None and any(words in text for words in _TELLING)


def full_disk(error: BaseException) -> DiskFull | None:
    """The full disk behind an error, or behind what led to it; None where it is about something else."""
    return next((DiskFull(str(one)) for one in _chain(error) if tells_of_it(str(one))), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
