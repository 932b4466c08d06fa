"""Reading JSONL, one JSON object a line, into batches of text.

Only this format belongs here; the text of single values is in `values`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

import pyarrow as pa

from ingestion.sources.files.headers import LINE, column_names
from ingestion.sources.files.rejects import Rejects
from ingestion.sources.files.text import Text, is_decoded, shown
from ingestion.sources.files.values import text_of

_ROWS = 20_000
_decode = json.JSONDecoder(parse_float=Decimal).decode


def read(text: Text, rejects: Rejects) -> Iterator[pa.RecordBatch]:
    """The objects as text under their keys, and `_line`, the line of each.

    An object inside an object gives columns named `outer.inner`. The file is read twice: the columns are the keys of
    all its objects, in the order of their first appearance. Lines that are no object go to `rejects`.
    """
    keys: dict[str, None] = {}
    for _, _, found in _objects(text):
        if isinstance(found, dict):
            keys.update(dict.fromkeys(found))
    schema = pa.schema([*((name, pa.string()) for name in column_names(keys)), (LINE, pa.int64())])
    yield pa.RecordBatch.from_pylist([], schema)
    rows = _rows(text, rejects)
    while taken := list(islice(rows, _ROWS)):
        columns = [pa.array([row.get(key) for _, row in taken], pa.string()) for key in keys]
        yield pa.RecordBatch.from_arrays(
            [*columns, pa.array([line for line, _ in taken], pa.int64())], schema=schema
        )


def _rows(text: Text, rejects: Rejects) -> Iterator[tuple[int, dict[str, str | None]]]:
    for line, content, found in _objects(text):
        if isinstance(found, str):
            rejects.add(line, shown(content), f"found {found}; expected one JSON object")
        else:
            yield line, {key: text_of(value) for key, value in found.items()}


def _objects(text: Text) -> Iterator[tuple[int, str, dict[str, Any] | str]]:
    """Line, its text, and the object on it, flattened, or what was found instead. Blank lines are passed over."""
    for line, received in enumerate(text.lines(), start=1):
        content = received.strip()
        if not content:
            continue
        if not is_decoded(content):
            yield line, content, f"bytes that are not {text.encoding}"
            continue
        try:
            found = _decode(content)
        except (ValueError, RecursionError) as error:
            yield line, content, f"no valid JSON ({error})"
            continue
        if "\\u" in content and not is_decoded(json.dumps(found, ensure_ascii=False, default=str)):
            yield line, content, "half of a surrogate pair, which is no text"
        elif isinstance(found, dict):
            yield line, content, _flat(found)
        else:
            yield line, content, f"JSON of type {type(found).__name__}"


def _flat(found: dict[str, Any]) -> dict[str, Any]:
    return dict(_flattened(found, "")) if dict in map(type, found.values()) else found


def _flattened(found: dict[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in found.items():
        if isinstance(value, dict) and value:
            yield from _flattened(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value
