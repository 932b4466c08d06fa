"""What is known of one published version, and its manifest.json.

The record and its JSON form belong here; who builds, checks or chooses versions does not.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.publish.content import Column, Part, Table, View
from orchestration.publish.version_store import MANIFEST, PublishError


@dataclass(frozen=True)
class File:
    """A file of a version: its path in the version's folder, size in bytes and SHA-256."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Publication:
    """One published version. `as_of` and `published_at` are naive UTC.

    `content` is the hash of all that readers can get, restricted tables included, whatever the order of rows; `tables`
    are the open ones only. `inputs_key` is the caller's name for what the content was made from. `only` is what the run
    that made it brought up to date, None for everything.
    """

    version: str
    published_at: datetime
    as_of: datetime
    run_id: str
    git_revision: str | None
    schema_version: str
    inputs_key: str
    only: str | None
    content: str
    tables: tuple[Table, ...]
    files: tuple[File, ...]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    def to_json(self) -> str:
        """The manifest: one object, with one entry a table and a file."""
        return json.dumps(
            {
                "version": self.version,
                "published_at": _instant(self.published_at),
                "as_of": _instant(self.as_of),
                "run_id": self.run_id,
                "git_revision": self.git_revision,
                "schema_version": self.schema_version,
                "inputs_key": self.inputs_key,
                "only": self.only,
                "content": self.content,
                "tables": [_table_entry(table) for table in self.tables],
                "files": [vars(file) for file in self.files],
            },
            indent=2,
            ensure_ascii=False,
        )


def read_publication(folder: Path) -> Publication:
    """The record of the version in `folder`. Raises PublishError when its manifest cannot be read."""
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Publication(
            version=found["version"],
            published_at=_read_instant(found["published_at"]),
            as_of=_read_instant(found["as_of"]),
            run_id=found["run_id"],
            git_revision=found["git_revision"],
            schema_version=found["schema_version"],
            inputs_key=found["inputs_key"],
            only=found.get("only"),  # manifests older than intraday runs have no such key
            content=found["content"],
            tables=tuple(_read_table(entry) for entry in found["tables"]),
            files=tuple(File(**entry) for entry in found["files"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PublishError(
            f"the manifest {path} cannot be read ({error}); expected the JSON that publishing wrote. "
            "Remove that version's folder, or restore it from a backup"
        ) from error


def readable_publication(folder: Path) -> Publication | None:
    """The record of the version in `folder`; None when its manifest cannot be read."""
    try:
        return read_publication(folder)
    except PublishError:
        return None


def part_path(table: Table, part: Part) -> str:
    """Where the Parquet file of a part lies in its version: one file a table, a folder of months where it is cut."""
    stem = f"parquet/{table.schema}/{table.name}"
    return f"{stem}.parquet" if part.key is None else f"{stem}/{part.key}.parquet"


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _table_entry(table: Table) -> dict[str, Any]:
    return {
        "schema": table.schema,
        "name": table.name,
        "comment": table.comment,
        "rows": table.rows,
        "content": table.content,
        "columns": [vars(column) for column in table.columns],
        "view": vars(table.view) if table.view else None,
        "parts": [
            vars(part) | {"file": part_path(table, part) if table.has_files else None} for part in table.parts
        ],
    }


def _read_table(entry: dict[str, Any]) -> Table:
    view = entry.get("view")  # manifests older than published views have no such key
    return Table(
        entry["schema"],
        entry["name"],
        entry["comment"],
        tuple(Column(**column) for column in entry["columns"]),
        tuple(Part(part["key"], part["rows"], part["content"]) for part in entry["parts"]),
        View(view["sql"], tuple(view["reads"])) if view else None,
    )


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds") + "Z"


def _read_instant(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z"))
