"""The published tables as values: columns, parts, hashes and their SQL conditions.

Reading them from the warehouse is `inspection`'s work, writing them the writers'.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

PUBLIC_SCHEMAS = ("marts", "reports")
RESTRICTED_SCHEMAS = ("restricted",)

SORTED_ROWS = 10_000
"""Up to how many rows a table is sorted: as many as people page through. Sorting a longer one costs a third of writing
it, parts the rows of one person, which lie together as they were built and pack better so, and has all of them written
again when a few changed."""

PART_ROWS = 2_000_000
CUT_BY = {
    "marts.fct_touch": "occurred_at",
    "marts.fct_sales_activity": "occurred_at",
    "marts.fct_stage_event": "entered_at",
    "marts.fct_lead_to_deal": "lead_at",
    "marts.fct_attribution_path": "converted_at",
}
"""Tables that grow with history, and the instant by whose month they are cut from PART_ROWS rows on: a night then
writes the months that changed and keeps the others."""

UNDATED = "undated"


def full_name(schema: str, name: str) -> str:
    """A table's name as people write it."""
    return f"{schema}.{name}"


@dataclass(frozen=True)
class Column:
    """A column as DuckDB names its type; `comment` is its description, if it has one."""

    name: str
    type: str
    comment: str | None = None


@dataclass(frozen=True)
class Description:
    """What a table and its columns, by name, mean."""

    table: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Part:
    """The rows of one month of a table (`key` as 2026-01, or undated), or all of them (None).

    `content` is the same for the same rows in any order: the sum and the exclusive or of their hashes. That of a view
    stands for its SQL and what it reads.
    """

    key: str | None
    rows: int
    content: str

    @property
    def hashes(self) -> int:
        """The sum of its rows' hashes; none of a view's."""
        return int(self.content[:32], 16)


@dataclass(frozen=True)
class View:
    """A published view: its query, which names tables by schema and name, and their full names."""

    sql: str
    reads: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table or view of the warehouse as it is to be published; `view` is None when it is published as a table."""

    schema: str
    name: str
    comment: str | None
    columns: tuple[Column, ...]
    parts: tuple[Part, ...]
    view: View | None = None

    @property
    def full_name(self) -> str:
        return full_name(self.schema, self.name)

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)

    @property
    def is_cut(self) -> bool:
        return any(part.key is not None for part in self.parts)

    @property
    def content(self) -> str:
        """The SHA-256 of columns, comments, a view's SQL and the rows of all parts; row order does not matter."""
        return digest(asdict(self))

    @property
    def has_files(self) -> bool:
        """Whether there are Parquet files of it. A long view has none: its rows would be written many times over."""
        return self.view is None or self.rows <= PART_ROWS

    def described(self, description: Description | None) -> Table:
        """The same with what it and its columns mean as comments, and no others: models leave none in the warehouse."""
        means = description or Description("", {})
        columns = tuple(
            replace(column, comment=means.columns.get(column.name) or None) for column in self.columns
        )
        return replace(self, comment=means.table or None, columns=columns)

    def fits(self, other: Table) -> bool:
        """Whether rows of one can stand in the other: the same columns, cut alike."""
        mine, theirs = ([(column.name, column.type) for column in table.columns] for table in (self, other))
        return mine == theirs and self.is_cut == other.is_cut

    def relation(self, catalog: str) -> str:
        """The table's name in the attached database `catalog`, for SQL."""
        return f"{quoted(catalog)}.{quoted(self.schema)}.{quoted(self.name)}"

    def condition(self, part: Part) -> str:
        """The SQL condition that a row of the table belongs to `part`."""
        if part.key is None:
            return "true"
        instant = quoted(CUT_BY[self.full_name])
        if part.key == UNDATED:
            return f"{instant} is null"
        month = f"timestamp '{part.key}-01 00:00:00'"
        return f"{instant} >= {month} and {instant} < {month} + interval 1 month"

    @property
    def is_sorted(self) -> bool:
        """Whether its rows are written in an order of their own, so that equal content gives equal files."""
        return self.rows <= SORTED_ROWS

    @property
    def order(self) -> str:
        """The `order by` in which rows are written."""
        return "order by all" if self.is_sorted else ""


def row_hash(columns: Sequence[Column]) -> str:
    """The hash of a row, in SQL."""
    return f"hash({', '.join(quoted(column.name) for column in columns)})"


def quoted(name: str) -> str:
    """`name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | None) -> str:
    """`text` as an SQL literal. Where parameters would do, they cost half a second: DuckDB imports pandas for them."""
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


def digest(value: object) -> str:
    """The SHA-256 of a JSON-able value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
