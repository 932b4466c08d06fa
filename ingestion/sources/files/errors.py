"""What can be wrong with a received file as a whole: unreadable, or changed while it was read.

Only the errors and their words belong here; a single bad row is no error but a reject of its extract.
"""

from __future__ import annotations

from ingestion.errors import ClosedloopError


class UnreadableFile(ClosedloopError):
    """A file that cannot be read: which one, what was found, what was expected, what to do next."""

    def __init__(self, file: str, found: str, expected: str, action: str) -> None:
        self.found, self.expected, self.action = f"{file} with {found}", expected, action
        super().__init__(f"{file}: found {found}; expected {expected}. {action}")


class ChangedWhileRead(ClosedloopError):
    """A file that was written to, replaced or removed between the start and the end of its reading."""

    def __init__(self, file: str) -> None:
        super().__init__(
            f"{file}: found that it changed while it was being read; expected a file that is complete before it "
            f"appears. Nothing of it was landed: let its sender write to another name and rename it when it is "
            f"complete, then run again."
        )
