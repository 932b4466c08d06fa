"""Asking the live version in SQL, without a lock and without leaving anything in its folder.

How an answer is shown is the command line's concern; which questions have names stands in `questions`.
"""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publish.questions import questions
from orchestration.publish.version_store import DATABASE, PublishError, VersionStore
from orchestration.publish.versions import current


class QueryError(PublishError):
    """A query that cannot be answered, or a question that does not exist."""


@dataclass(frozen=True)
class Answer:
    """The result of a query: column names, and rows to be read once while the version is open."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


@contextmanager
def ask(published: Path, sql: str, memory_limit: str = "4GB", threads: int = 2) -> Iterator[Answer]:
    """Run one query on the live version. `getvariable('as_of')` in it is the version's moment, naive UTC.

    Raises QueryError when the query is wrong, PublishError when nothing is published yet.
    """
    publication = current(published)
    if publication is None:
        raise PublishError(f"nothing is published in {published} yet; run `closedloop run` first")
    # A folder of its own to spill to: readers of one file would otherwise share a spill folder.
    with tempfile.TemporaryDirectory(prefix="closedloop-") as spill:
        config = {"memory_limit": memory_limit, "threads": threads, "temp_directory": spill}
        # The file of that very version: another may be live by now, of another moment.
        database = VersionStore(published).folder(publication.version) / DATABASE
        with duckdb.connect(str(database), read_only=True, config=config) as connection:
            connection.execute(f"set variable as_of = timestamp '{publication.as_of}'")
            try:
                result = connection.execute(sql)
            except duckdb.CatalogException as error:
                tables = ", ".join(table.full_name for table in publication.tables)
                raise QueryError(f"the query cannot be answered: {error}\nThere are: {tables}") from error
            except duckdb.Error as error:
                raise QueryError(f"the query cannot be answered: {error}") from error
            yield Answer(tuple(column[0] for column in result.description or ()), _rows(result))


def question_sql(name: str) -> str:
    """The SQL of a named question. Raises QueryError, with the nearest names, when there is none."""
    known = questions()
    if name not in known:
        near = difflib.get_close_matches(name, known, 3)
        hint = (
            f"did you mean one of: {', '.join(near)}?"
            if near
            else "closedloop query --list shows all there are"
        )
        raise QueryError(f"there is no question {name!r}; {hint}")
    return known[name].sql


def _rows(result: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := result.fetchmany(10_000):
        yield from rows
