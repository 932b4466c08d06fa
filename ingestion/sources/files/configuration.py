"""The configuration of a files source: which files feed which table, and how they are written.

The frozen shapes belong here; mistakes in them are put into words by `validation`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ingestion.contracts import Rejection
from ingestion.mapping import ColumnMapping, TableMapping, Text

Decimal = Literal["point", "comma"]
Format = Literal["csv", "parquet", "jsonl", "xlsx"]
_Sign = Annotated[str, Field(pattern=r"^[\x01-\x7f]$")]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _column_mapping(value: Any) -> Any:
    return {"column": value} if isinstance(value, str | list) else value


class FileTable(BaseModel):
    """The files that feed one contract table.

    `path` is a file, folder, glob or URL, or a list of them. Everything left out is detected (`format`, `encoding`,
    `delimiter`), is the first (`sheet`, `header_row` = the first line that is not blank) or is the source's default
    (`timezone`, `decimal`, `id_prefix`). `header_row` is the 1-based line of the headers. `cursor` names the received
    column below whose highest landed value, less `lookback_days`, rows are left out. A string or list in `columns` is
    short for a mapping of that `column`. `rejection` replaces the contract's threshold.
    `expected_hours` says within how many hours something new is expected: later than that, it is called late.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
    format: Format | None = None
    encoding: str | None = None
    delimiter: _Sign | None = None
    quote: _Sign | Literal[""] = '"'
    sheet: str | None = None
    header_row: Annotated[int, Field(ge=1)] | None = None
    cursor: str | None = None
    lookback_days: Annotated[float, Field(ge=0)] = 0
    timezone: str | None = None
    decimal: Decimal | None = None
    id_prefix: Text | None = None
    rejection: Rejection | None = None
    expected_hours: Annotated[float, Field(gt=0)] | None = None
    columns: dict[str, Annotated[ColumnMapping, BeforeValidator(_column_mapping)]] = Field(
        default_factory=dict
    )


class FilesConfig(BaseModel):
    """A files source: defaults for its tables, fsspec storage options for its URLs, and the tables themselves."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["files"] = "files"
    timezone: str = "UTC"
    decimal: Decimal = "point"
    id_prefix: Text = ""
    storage: dict[str, Any] = Field(default_factory=dict)
    tables: dict[str, FileTable] = Field(min_length=1)

    def mapping(self, table: str) -> TableMapping:
        """The mapping of `table` with the source's defaults filled in; KeyError when it is not configured."""
        own = self.tables[table]
        return TableMapping(
            columns=own.columns,
            timezone=own.timezone or self.timezone,
            decimal=own.decimal or self.decimal,
            id_prefix=self.id_prefix if own.id_prefix is None else own.id_prefix,
            rejection=own.rejection,
        )
