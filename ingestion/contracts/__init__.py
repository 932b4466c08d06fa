"""The contracts of the landed tables: one YAML each, read here into frozen objects.

What a canonical extract table looks like belongs here; how a company's own headers map to it does not (`mapping`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import yaml

SQL_TYPES = {
    "id": "varchar",
    "text": "varchar",
    "boolean": "boolean",
    "integer": "bigint",
    "money": "decimal(18, 4)",
    "timestamp": "timestamp",
    "date": "date",
}
"""Contract type to the SQL type of the typed landing; `timestamp` is naive UTC."""


@dataclass(frozen=True)
class Column:
    """One column of a landed table. `expected` values are reported when others appear, never rejected; rows with a
    `reserved` word, which means something else downstream, are.

    `id_when` (another column to some of its values): in such rows the text is an id and carries the source's prefix.
    """

    name: str
    type: str
    description: str
    required: bool = False
    pii: bool = False
    expected: tuple[str, ...] = ()
    reserved: tuple[str, ...] = ()
    id_when: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.type]


@dataclass(frozen=True)
class Rejection:
    """A batch is refused when more than `rows` rows and more than `share` of its rows are quarantined."""

    share: float
    rows: int

    def exceeded(self, rejected: int, total: int) -> bool:
        return rejected > self.rows and rejected > self.share * total


@dataclass(frozen=True)
class Contract:
    """One landed table: key, columns, who owns it and how much of it may be rejected."""

    table: str
    description: str
    grain: str
    owner: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rejection: Rejection
    version_column: str | None = None
    event_column: str | None = None

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when the contract has none."""
        return next(column for column in self.columns if column.name == name)

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


@cache
def contracts() -> dict[str, Contract]:
    """All contracts by table name, in alphabetical order."""
    files = resources.files(__package__).iterdir()
    found = [_read(file.read_text("utf-8")) for file in files if file.name.endswith(".yml")]
    return {contract.table: contract for contract in sorted(found, key=lambda contract: contract.table)}


def _read(text: str) -> Contract:
    raw = yaml.safe_load(text)
    columns = tuple(
        Column(**{**column, **{name: tuple(column.get(name, ())) for name in ("expected", "reserved")}})
        for column in raw.pop("columns")
    )
    for column in columns:
        if column.type not in SQL_TYPES:
            raise ValueError(
                f"contract {raw['table']}, column {column.name}: type {column.type!r} is unknown; "
                f"use one of {', '.join(SQL_TYPES)}"
            )
    return Contract(
        **{**raw, "key": tuple(raw["key"]), "rejection": Rejection(**raw["rejection"]), "columns": columns}
    )
