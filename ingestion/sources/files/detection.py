"""What a file is, told by its content: an .xlsx named .csv is a workbook all the same.

Telling formats apart and undoing gzip belong here; reading each format does not.
"""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from ingestion.sources.files.configuration import FileTable, Format
from ingestion.sources.files.discovery import File
from ingestion.sources.files.encodings import is_binary
from ingestion.sources.files.errors import UnreadableFile

_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PARQUET = b"PAR1"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PDF = b"%PDF"
_HEAD = 1 << 12
_JSON_EXTENSIONS = (".jsonl", ".ndjson", ".json")


@contextmanager
def open_content(file: File) -> Iterator[BinaryIO]:
    """The file's bytes, out of their gzip where there is one."""
    with file.open() as handle:
        head = handle.read(len(_GZIP))
        handle.seek(0)
        if head == _GZIP:
            with gzip.GzipFile(fileobj=handle) as content:
                yield content
        else:
            yield handle


def format_of(file: File, table: FileTable) -> Format:
    """The format of `file`; an empty file is an empty CSV.

    Content that can only be one thing decides. Between the text formats the configured one does, then whether the
    first line is a JSON object, then the extension. Raises UnreadableFile for content that is none of the formats.
    """
    with open_content(file) as handle:
        head = handle.read(_HEAD)
        if head.startswith(_PARQUET):
            return "parquet"
        if head.startswith(_ZIP):
            _check_workbook(file, handle)
            return "xlsx"
    if head.startswith(_OLD_OFFICE):
        raise UnreadableFile(
            file.unit,
            "a workbook of the old .xls kind, or one locked with a password",
            "an .xlsx workbook, CSV, JSONL or Parquet",
            "Save it as .xlsx without a password, or as CSV.",
        )
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:9].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise UnreadableFile(
            file.unit,
            "a web page or XML",
            "CSV, JSONL, Parquet or an .xlsx workbook",
            "Open it in a browser: often it is a login page saved in place of the export. Export again.",
        )
    if head.startswith(_PDF) or (table.encoding is None and is_binary(head)):
        raise UnreadableFile(
            file.unit,
            "a PDF" if head.startswith(_PDF) else "bytes that are no text",
            "CSV, JSONL, Parquet or an .xlsx workbook",
            "Export in one of these formats; where it is text after all, name its `encoding` in the configuration.",
        )
    if table.format in ("csv", "jsonl"):
        return table.format
    named_json = file.path.lower().removesuffix(".gz").endswith(_JSON_EXTENSIONS)
    if named_json and start.startswith(b"["):
        raise UnreadableFile(
            file.unit,
            "one JSON array",
            "one JSON object a line (JSONL)",
            "Export as JSONL or CSV.",
        )
    return "jsonl" if start and (_is_object(start) or named_json) else "csv"


def _is_object(start: bytes) -> bool:
    if not start.startswith(b"{"):
        return False
    line = start.split(b"\n", 1)[0]
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return len(line) >= _HEAD // 2  # an object longer than the head


def _check_workbook(file: File, handle: BinaryIO) -> None:
    try:
        names = zipfile.ZipFile(handle).namelist()
    except zipfile.BadZipFile as error:
        raise UnreadableFile(
            file.unit,
            f"a damaged or cut workbook ({error})",
            "a whole .xlsx workbook",
            "Have it sent again, or delete it.",
        ) from error
    if "xl/workbook.xml" not in names:
        raise UnreadableFile(
            file.unit,
            f"a zip archive of {', '.join(names[:3]) or 'nothing'}",
            "CSV, JSONL, Parquet or an .xlsx workbook, as it is or in gzip",
            "Unpack the archive into the source's folder.",
        )
