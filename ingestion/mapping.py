"""How received columns become contract columns: the declarative mapping of one table.

The shape and validation of a mapping belong here; reading files and typing values do not. A mapping is data from the
configuration, so every error names the configuration file and the key at fault.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ColumnMapping(BaseModel):
    """Where one contract column comes from and how its text is to be read.

    `column` is the received header, `constant` a fixed value instead; exactly one of both. `formats` are strptime
    formats tried in order (ISO-8601 is always tried first unless formats are given). `timezone` is the zone of times
    without an offset. `decimal` says how numbers are written: `point` 1,234.50, `comma` 1.234,50. `values` maps
    received text (trimmed, case-insensitive) to canonical text; `default` stands in for a blank value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str | None = None
    constant: str | None = None
    formats: tuple[str, ...] = ()
    timezone: str | None = None
    decimal: Literal["point", "comma"] | None = None
    values: dict[str, str | None] = Field(default_factory=dict)
    default: str | None = None


class TableMapping(BaseModel):
    """The mapping of one table: contract column to received column, plus the table's defaults.

    A contract column that is not named is read from the received column of the same name, where there is one. Several
    contract columns may come from one received column.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: dict[str, ColumnMapping] = Field(default_factory=dict)
    timezone: str = "UTC"
    decimal: Literal["point", "comma"] = "point"
    id_prefix: str = ""
