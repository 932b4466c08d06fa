"""How received columns become contract columns: the declarative mapping of one table.

The shape of a mapping belongs here; reading files and typing values do not, and every mistake a person can make in a
configuration is put into words by the source that reads it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ingestion.contracts import Rejection


def _as_text(value: Any) -> Any:
    """YAML reads `true`, `5` and `2024-05-31` as values of their own; here they stand for their text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _text_keys(values: Any) -> Any:
    if not isinstance(values, dict):
        return values
    if any(isinstance(key, bool) for key in values):
        raise ValueError(
            "YAML reads a bare yes, no, on, off, true or false as a truth value: put the key in quotes"
        )
    return {_as_text(key): value for key, value in values.items()}


def _one_or_more(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_as_text)]


class ColumnMapping(BaseModel):
    """Where one contract column comes from and how its text is to be read.

    `column` is the received header, or several of which the first that a file has is read (headers change over the
    years); `constant` a fixed value instead; exactly one of both. `formats` are strptime formats (or one) tried in
    order, before ISO-8601. `timezone` is the zone of times without an offset. `decimal` says how numbers are written:
    `point` 1,234.50, `comma` 1.234,50. `values` maps received text (trimmed, case-insensitive) to canonical text, null
    to blank; `default` stands in for a blank value. `id_prefix` is put before an id instead of the table's: a reference
    to a record of another source needs that source's prefix.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: Annotated[tuple[str, ...], BeforeValidator(_one_or_more)] | None = None
    constant: Text | None = None
    formats: Annotated[tuple[str, ...], BeforeValidator(_one_or_more)] = ()
    timezone: str | None = None
    decimal: Literal["point", "comma"] | None = None
    values: Annotated[dict[str, Text | None], BeforeValidator(_text_keys)] = Field(default_factory=dict)
    default: Text | None = None
    id_prefix: Text | None = None


class TableMapping(BaseModel):
    """The mapping of one table: contract column to received column, plus the table's defaults.

    A contract column that is not named is read from the received column of the same name, where there is one. Several
    contract columns may come from one received column. `rejection` replaces the contract's threshold.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: dict[str, ColumnMapping] = Field(default_factory=dict)
    timezone: str = "UTC"
    decimal: Literal["point", "comma"] = "point"
    id_prefix: Text = ""
    rejection: Rejection | None = None

    def column(self, name: str) -> ColumnMapping:
        """How the contract column `name` is read."""
        return self.columns.get(name) or ColumnMapping(column=(name,))

    def digest(self, *also: str) -> str:
        """A hash of everything that decides how values are read (not of `rejection`), together with `also`."""
        content = [self.model_dump(mode="json", exclude={"rejection"}), *also]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
