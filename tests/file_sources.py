"""Sources of files for tests: written, extracted, and what came of them.

What is expected of sources belongs to the tests.
"""

from __future__ import annotations

import io
import os
from datetime import datetime
from pathlib import Path

import openpyxl

from ingestion.sources.base import Extract, Window
from ingestion.sources.files import FilesConfig, FileSource

UNTIL = datetime(2026, 1, 1)
FIRST_NIGHT = Window(UNTIL)


def source(folder: Path, path: object = "*.csv", **table: object) -> FileSource:
    return FileSource("crm", FilesConfig(tables={"crm_lead": {"path": path, **table}}), folder)


def write(path: Path, content: str, modified: int = 1_700_000_000) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    os.utime(path, (modified, modified))


def units(found: FileSource, window: Window = FIRST_NIGHT) -> list[str]:
    return [extract.unit for extract in found.extract("crm_lead", window)]


def ids(found: FileSource, window: Window = FIRST_NIGHT) -> list[str]:
    return [
        row["Id"]
        for extract in found.extract("crm_lead", window)
        for batch in extract.batches
        for row in batch.to_pylist()
    ]


def landed(found: FileSource) -> Window:
    """The window of a night after one that landed everything there is."""
    return Window(
        UNTIL, {extract.unit: extract.fingerprint for extract in found.extract("crm_lead", Window(UNTIL))}
    )


def extract(folder: Path, name: str, content: bytes, **table: object) -> Extract:
    """The extract of one file of these bytes."""
    (folder / name).write_bytes(content)
    config = FilesConfig(tables={"crm_lead": {"path": name, **table}})
    (found,) = FileSource("crm", config, folder).extract("crm_lead", FIRST_NIGHT)
    return found


def read(folder: Path, name: str, content: bytes, **table: object) -> tuple[list[dict], list[tuple]]:
    """The rows of one file of these bytes, and what was no row."""
    found = extract(folder, name, content, **table)
    rows = [row for batch in found.batches for row in batch.to_pylist()]
    return rows, found.rejects


def workbook(*rows: tuple, sheet: str = "Sheet", before: tuple[str, ...] = ()) -> bytes:
    """An .xlsx of one sheet with `rows`, after empty sheets `before` it."""
    book = openpyxl.Workbook()
    book.active.title = sheet
    for name in before:
        book.create_sheet(name, 0)
    for row in rows:
        book[sheet].append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
