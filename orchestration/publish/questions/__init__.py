"""Questions people of sales and marketing ask of the published marts, each with its SQL.

A question is a file here: `<name>.sql` begins with the question as a comment. `getvariable('as_of')` is the version's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Question:
    """A named question: what is asked, and the SQL that answers it from the published tables."""

    name: str
    text: str
    sql: str


@cache
def questions() -> dict[str, Question]:
    """All questions by name."""
    found = {}
    for file in sorted(files(__name__).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".sql"):
            sql = file.read_text("utf-8")
            name = file.name.removesuffix(".sql")
            found[name] = Question(name, sql.splitlines()[0].removeprefix("--").strip(), sql)
    return found
