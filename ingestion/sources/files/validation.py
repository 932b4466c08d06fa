"""Every mistake in the configuration of a files source, found at once and in words.

Works on the parsed configuration as it stands in the file; which line a key is on is known to who parsed it. Whether
the files exist and have the mapped columns is asked of the source itself.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Literal, NamedTuple
from zoneinfo import available_timezones

import duckdb
from pydantic import ValidationError

from ingestion.contracts import Contract, contracts
from ingestion.mapping import ColumnMapping
from ingestion.sources.files.configuration import FilesConfig, FileTable

Keys = tuple[str | int, ...]

_SHAPES = {
    "tuple_type": "a list, as in [one, another]",
    "dict_type": "keys with values, as in key: value",
    "model_type": "keys with values, as in key: value",
}
"""What people write in YAML, by the kind of error that names it in words of Python."""

_KINDS = {str: "text", Mapping: "keys with values", list: "a list", int | float: "a number"}
"""What a value is called that is not shown."""


class Mistake(NamedTuple):
    """One mistake: the keys that lead to it from the source's node, what was found, expected, and what to do.

    A `note` is printed but does not fail the check.
    """

    keys: Keys
    found: str
    expected: str
    action: str
    severity: Literal["error", "note"] = "error"


def problems(raw: Any) -> list[Mistake]:
    """All mistakes in the parsed node of one files source, in the order of their keys; empty when there is none."""
    found = list(_shape(raw))
    if isinstance(raw, Mapping):
        found += _zone(raw, ())
        tables = raw.get("tables")
        for name, table in tables.items() if isinstance(tables, Mapping) else ():
            found += _table(name, table)
    return found


def nearest(word: str, known: Iterable[str], otherwise: str) -> str:
    """The action that suggests what of `known` was meant, else `otherwise`."""
    by_lower_case = {name.lower(): name for name in known}
    close = get_close_matches(str(word).lower(), by_lower_case, n=1)
    return f"Write {by_lower_case[close[0]]} if that was meant." if close else otherwise


def _shape(raw: Any) -> Iterator[Mistake]:
    try:
        FilesConfig.model_validate(raw)
    except ValidationError as error:
        for detail in error.errors():
            keys, kind = detail["loc"], detail["type"]
            if kind == "extra_forbidden":
                known = _known_keys(keys)
                yield Mistake(
                    keys,
                    f"unknown key {keys[-1]}",
                    f"one of {', '.join(known)}",
                    nearest(str(keys[-1]), known, "Remove it."),
                )
            elif kind == "missing":
                yield Mistake(keys, f"no {keys[-1]}", f"a value for {keys[-1]}", "Add the key.")
            else:
                expected = re.sub("^(Value error, |Input should be )", "", detail["msg"])
                yield Mistake(
                    keys, _shown(keys, detail["input"]), _SHAPES.get(kind, expected), "Correct the value."
                )


def _shown(keys: Keys, value: Any) -> str:
    """A value as it was found; only its kind where a secret of the environment may stand in it."""
    may_be_secret = keys[:1] == ("storage",) or keys[2:3] == ("path",)
    if not (may_be_secret and value):
        return repr(value)
    kind = next((word for python, word in _KINDS.items() if isinstance(value, python)), "a value")
    return f"{kind}, not shown as it may be secret"


def _known_keys(keys: Keys) -> list[str]:
    model = {1: FilesConfig, 3: FileTable, 5: ColumnMapping}[len(keys)]
    return list(model.model_fields)


def _table(name: Any, table: Any) -> Iterator[Mistake]:
    keys: Keys = ("tables", name)
    contract = contracts().get(name)
    if contract is None:
        known = list(contracts())
        yield Mistake(
            keys, f"unknown table {name}", f"one of {', '.join(known)}", nearest(name, known, "Remove it.")
        )
    if not isinstance(table, Mapping):
        return
    yield from _zone(table, keys)
    yield from _encoding(table, keys)
    if "lookback_days" in table and table.get("cursor") is None:
        yield Mistake(
            (*keys, "lookback_days"),
            "a look-back without a cursor",
            "a cursor beside it",
            "Name the received column that serves as cursor, or remove lookback_days.",
        )
    columns = table.get("columns")
    for column, mapping in columns.items() if isinstance(columns, Mapping) else ():
        yield from _column(contract, column, mapping, (*keys, "columns", column))


def _column(contract: Contract | None, name: Any, mapping: Any, keys: Keys) -> Iterator[Mistake]:
    if contract is not None and name not in contract.column_names:
        yield Mistake(
            keys,
            f"column {name}, which {contract.table} does not have",
            f"a column of the contract {contract.table}",
            nearest(name, contract.column_names, f"Use one of {', '.join(contract.column_names)}."),
        )
    if not isinstance(mapping, Mapping):
        return
    given = [key for key in ("column", "constant") if mapping.get(key) is not None]
    if len(given) != 1:
        yield Mistake(
            keys,
            "both column and constant" if given else "neither column nor constant",
            "exactly one of both",
            "Name the received column, or give a constant.",
        )
    yield from _zone(mapping, keys)
    formats = mapping.get("formats")
    alone = isinstance(formats, str)
    for at, pattern in enumerate(
        [formats] if alone else formats if isinstance(formats, list | tuple) else ()
    ):
        fault = _format_fault(pattern)
        if fault:
            yield Mistake(
                (*keys, "formats") if alone else (*keys, "formats", at),
                f"date format {pattern!r} ({fault})",
                "a strptime format such as %d.%m.%Y %H:%M",
                "Correct the format.",
            )


def _zone(node: Mapping[Any, Any], keys: Keys) -> Iterator[Mistake]:
    zone = node.get("timezone")
    if isinstance(zone, str) and zone not in available_timezones():
        known = sorted(available_timezones())
        yield Mistake(
            (*keys, "timezone"),
            f"unknown time zone {zone!r}",
            "an IANA name such as Europe/Berlin",
            nearest(zone, known, "Look the zone's IANA name up."),
        )


def _encoding(table: Mapping[Any, Any], keys: Keys) -> Iterator[Mistake]:
    encoding = table.get("encoding")
    if not isinstance(encoding, str):
        return
    try:
        is_text = codecs.lookup(encoding)._is_text_encoding
    except (LookupError, ValueError):
        is_text = False
    if not is_text:
        yield Mistake(
            (*keys, "encoding"),
            f"unknown encoding {encoding!r}",
            "a Python encoding name such as utf-8, gb18030 or cp1252",
            nearest(
                encoding, ("utf-8", "utf-16", "gb18030", "cp1252", "latin-1"), "Leave it out to detect it."
            ),
        )


def _format_fault(pattern: Any) -> str | None:
    if not isinstance(pattern, str):
        return None
    if "%" not in pattern:
        return "no % directive"
    try:
        # DuckDB types the landing, so DuckDB judges the format.
        duckdb.execute("select try_strptime('', ?)", [pattern])
    except duckdb.Error as error:
        return str(error).splitlines()[0].rpartition("Error: ")[2]
    return None
