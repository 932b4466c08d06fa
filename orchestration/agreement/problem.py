"""One mistake in what a deployment's people wrote: where it stands, what was found, expected, and what to do.

Only the value type and its words belong here; who finds which mistake does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Problem:
    """One mistake. `line` is the 1-based line of the file (None: the file as a whole), `column` the seed's column or
    the configuration's key. An `error` stops a run before it starts; a `note` is only said.
    """

    file: str
    line: int | None
    column: str | None
    found: str
    expected: str
    action: str
    severity: Literal["error", "note"] = "error"

    @property
    def place(self) -> str:
        """File, line and column as one phrase."""
        parts = [self.file]
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.column is not None:
            parts.append(self.column)
        return ", ".join(parts)

    def __str__(self) -> str:
        return f"{self.place}: found {self.found}; expected {self.expected}. {self.action}"


def errors(problems: list[Problem]) -> list[Problem]:
    """Those that stop a run."""
    return [problem for problem in problems if problem.severity == "error"]
