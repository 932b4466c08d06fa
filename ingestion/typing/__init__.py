"""From received columns to contract columns: for each one the SQL of its mapped text and of its typed value.

Expressions only: nothing here reads a file or judges a row. What cannot be read as its type is null beside its text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from ingestion.contracts import Column, Contract
from ingestion.engine import identifier, literal
from ingestion.mapping import ColumnMapping, TableMapping
from ingestion.typing import numbers, text, times

# Part of what a load was typed under: raise it when the same text is read otherwise than before.
VERSION = 7

_NOTHING = "cast(null as varchar)"


@dataclass(frozen=True)
class TypedColumn:
    """How one contract column is made, in three steps, because the engine would work out a step once for every mention.

    `landed` are named SQL over the landed row, among them the mapped value as text, null when blank. `parts` are named
    SQL over a row that has those too, and `value` is SQL over a row that has all: the typed value, null when the text
    cannot be read. `header` is the landed column it is read from, None when there is none.
    """

    column: Column
    header: str | None
    landed: dict[str, str]
    parts: dict[str, str]
    value: str

    @property
    def is_fed(self) -> bool:
        """False where neither a received column nor a constant or default gives it a value."""
        return self.landed[text_name(self.column.name)] != _NOTHING


def text_name(column: str) -> str:
    """The name under which a contract column's mapped text stands beside its typed value."""
    return f"{column} as text"


def typed_columns(
    contract: Contract, mapping: TableMapping, landed: Mapping[str, str]
) -> tuple[TypedColumn, ...]:
    """Every column of the contract over a landed file whose columns and SQL types are `landed`."""
    return tuple(_typed(column, mapping, landed) for column in contract.columns)


def prepare(database: duckdb.DuckDBPyConnection, contract: Contract, mapping: TableMapping) -> None:
    """Create the macros that the expressions of this contract and mapping call."""
    database.execute(text.MACROS + numbers.MACROS + times.MACROS)
    for zone in sorted({_zone(mapping.column(column.name), mapping) for column in contract.columns}):
        database.execute(times.zone_macro(zone))


def find_header(wanted: str, landed: Mapping[str, str]) -> str | None:
    """The landed column a header of the mapping means: itself, else the first that differs only in case or blanks."""
    if wanted in landed:
        return wanted
    return next((name for name in landed if name.strip().casefold() == wanted.strip().casefold()), None)


def _typed(column: Column, mapping: TableMapping, landed: Mapping[str, str]) -> TypedColumn:
    how = mapping.column(column.name)
    header = next(filter(None, (find_header(name, landed) for name in how.column or ())), None)
    if how.constant is not None:
        received = literal(how.constant)
    elif header is None:
        received = _NOTHING
    else:
        received = text.as_text(identifier(header), landed[header])
    mapped = text.translated(received, how.values)
    if how.default is not None:
        mapped = f"coalesce({mapped}, {literal(how.default)})"
    is_native = header is not None and landed[header] not in ("VARCHAR", "BLOB")
    as_text = {text_name(column.name): mapped}
    if mapped == _NOTHING:
        return TypedColumn(column, header, as_text, {}, f"cast(null as {column.sql_type})")
    if is_native and not how.values and how.default is None:
        native = f"{column.name} as received"
        direct = _direct(column, landed[header], identifier(native), _zone(how, mapping))
        if direct is not None:
            return TypedColumn(column, header, {**as_text, native: identifier(header)}, {}, direct)
    return TypedColumn(column, header, as_text, *_read(column, how, mapping, is_native))


def _read(
    column: Column, how: ColumnMapping, mapping: TableMapping, is_native: bool
) -> tuple[dict[str, str], str]:
    """Parts and value read from the mapped text. A number that was none as received has a decimal point."""
    mapped = identifier(text_name(column.name))
    prefix = mapping.id_prefix if how.id_prefix is None else how.id_prefix
    match column.type:
        case "id":
            return {}, _prefixed(mapped, prefix)
        case "text":
            return {}, _reference(column, mapped, prefix) if column.id_when and prefix else mapped
        case "boolean":
            return {}, f"read_boolean({mapped})"
        case "integer" | "money":
            style = "point" if is_native else how.decimal or mapping.decimal
            part = f"{column.name} as number"
            number = identifier(part)
            value = (
                numbers.integer(number)
                if column.type == "integer"
                else numbers.money(number, column.sql_type)
            )
            return {part: numbers.number_text(mapped, style)}, value
        case "timestamp" if _zone(how, mapping) == "UTC" and not how.formats:
            return {}, times.utc(mapped)
        case "timestamp":
            instant, wall = f"{column.name} as instant", f"{column.name} as wall time"
            return (
                {instant: times.instant(mapped, how.formats), wall: times.wall(mapped, how.formats)},
                f"coalesce({identifier(instant)}, {times.to_utc(identifier(wall), _zone(how, mapping))})",
            )
        case "date":
            return {}, times.date(mapped, how.formats)
    raise ValueError(f"column {column.name}: no reading of type {column.type!r}")


def _reference(column: Column, mapped: str, prefix: str) -> str:
    """Text that is an id in some rows only: in those it carries the prefix."""
    conditions = " or ".join(
        f"lower({identifier(text_name(other))}) in ({', '.join(map(literal, values))})"
        for other, values in column.id_when.items()
    )
    return f"case when {conditions} then {_prefixed(mapped, prefix)} else {mapped} end"


def _direct(column: Column, sql_type: str, received: str, zone: str) -> str | None:
    """SQL for a value whose received type says it already, so that it need not go through its text."""
    match column.type, sql_type:
        case "timestamp", "TIMESTAMP WITH TIME ZONE":
            return f"make_timestamp(epoch_us({received}))"
        case "timestamp", "DATE" | "TIMESTAMP" | "TIMESTAMP_NS" | "TIMESTAMP_MS" | "TIMESTAMP_S":
            return times.to_utc(f"cast({received} as timestamp)", zone)
        case "date", "DATE" | "TIMESTAMP" | "TIMESTAMP_NS" | "TIMESTAMP_MS" | "TIMESTAMP_S":
            return f"cast({received} as date)"
        case "boolean", "BOOLEAN":
            return received
        case "integer", "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "UTINYINT" | "USMALLINT" | "UINTEGER":
            return f"cast({received} as bigint)"
    return None


def _prefixed(mapped: str, prefix: str) -> str:
    return f"{literal(prefix)} || {mapped}" if prefix else mapped


def _zone(how: ColumnMapping, mapping: TableMapping) -> str:
    return how.timezone or mapping.timezone
