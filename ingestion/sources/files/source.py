"""The files source: the tables of one configured source, each fed by the files its path names.

Which files a window wants and the guard around their reading belong here; formats have a module each.
"""

from __future__ import annotations

import hashlib
import logging
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingestion.contracts import contracts
from ingestion.errors import ClosedloopError
from ingestion.landing.cursor import connection, not_below_cursor
from ingestion.mapping import TableMapping
from ingestion.quarantine import QUARANTINE_REASON
from ingestion.sources.base import Extract, Window
from ingestion.sources.files import delimited, jsonl, parquet, workbook
from ingestion.sources.files.configuration import FilesConfig, FileTable
from ingestion.sources.files.detection import format_of, open_content
from ingestion.sources.files.discovery import File, find
from ingestion.sources.files.errors import (
    ChangedWhileRead,
    UnreadableFile,
    may_pass,
    scrubbed,
    told_cause,
    without_secrets,
)
from ingestion.sources.files.headers import LINE
from ingestion.sources.files.rejects import Rejects
from ingestion.sources.files.text import Text
from ingestion.sources.files.validation import Mistake, nearest
from ingestion.typing import find_header

logger = logging.getLogger("closedloop.landing")

# What storages and the readers' libraries raise over damaged content.
_DAMAGE = (OSError, EOFError, pa.ArrowException, zipfile.BadZipFile, zlib.error)


class FileSource:
    """The source `name`; relative paths of its configuration start at `base`."""

    def __init__(self, name: str, config: FilesConfig, base: Path) -> None:
        self.name = name
        self._config = config
        self._base = base

    @property
    def tables(self) -> tuple[str, ...]:
        """The contract tables that are configured."""
        return tuple(self._config.tables)

    def mapping(self, table: str) -> TableMapping:
        """How the received columns of `table` become contract columns."""
        return self._config.mapping(table)

    def expected_hours(self, table: str) -> float | None:
        """Within how many hours something new of `table` is expected; None where nothing is."""
        return self._config.tables[table].expected_hours

    def state(self) -> str:
        """A hash of which files there are and what their storage says of them; their content is not read."""
        files = {file.unit: file.stamp() for own in self._config.tables.values() for file in self._files(own)}
        return hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()

    def extract(self, table: str, window: Window) -> Iterator[Extract]:
        """One extract per file whose content the landing does not hold, oldest first.

        Where the table has a cursor, rows below the one the window has for the file, less the look-back, are left out.
        Raises UnreadableFile and ChangedWhileRead, also while the batches are read.
        """
        own = self._config.tables[table]
        files = self._files(own)
        if not files and not window.landed:
            # What was landed may be gone from where it came; of a table that never had anything the path is wrong.
            logger.warning(
                "%s of %s: found no file at %s; expected at least one. Nothing of it is landed: correct `path`, or "
                "send the files",
                table,
                self.name,
                ", ".join(map(without_secrets, own.path)),
            )
        for file in files:
            with _guarded(file):
                stamp = file.stamp()
                fingerprint = file.fingerprint()
            if window.landed.get(file.unit) == fingerprint:
                continue
            rejects = Rejects(file.unit)
            yield Extract(
                unit=file.unit,
                fingerprint=fingerprint,
                batches=_since(
                    _unchanged(file, own, rejects, stamp),
                    file,
                    own,
                    window.cursor_of(file.unit),
                    is_local=self._is_local(table),
                ),
                rejects=rejects,
                cursor_column=own.cursor,
            )

    def mistakes(self) -> list[Mistake]:
        """What the newest file of each table says against the configuration; nothing is landed.

        No file at all, a file that cannot be read, received columns that the mapping names and the file lacks, and
        required columns that neither has. The keys start at the source's node.
        """
        return [mistake for table in self.tables for mistake in self._mistakes(table)]

    def _mistakes(self, table: str) -> Iterator[Mistake]:
        own = self._config.tables[table]
        keys = ("tables", table)
        try:
            files = self._files(own)
            headers = _headers(files[-1], own) if files else {}
        except UnreadableFile as error:
            yield Mistake((*keys, "path"), error.found, error.expected, error.action)
            return
        if not files:
            yield Mistake(
                (*keys, "path"),
                f"no file at {', '.join(map(without_secrets, own.path))}",
                "at least one file",
                "Correct the path; relative ones start at the configuration's folder.",
            )
            return
        # Records of an API leave out what is null, so a day may well have none of an optional one.
        may_lack = format_of(files[-1], own) == "jsonl"
        required = {column.name for column in contracts()[table].columns if column.required}
        named = {(*keys, "columns", name): mapping.column or () for name, mapping in own.columns.items()}
        named[*keys, "cursor"] = (own.cursor,) if own.cursor else ()
        for name in sorted(required - own.columns.keys()):
            if headers and not find_header(name, headers):
                yield Mistake(
                    (*keys, "columns", name),
                    f"no such line, and no received column {name!r} in {files[-1].unit}",
                    f"one of both, as it is required; there are {', '.join(headers)}",
                    nearest(name, headers, f"Name the received column that is {name}."),
                )
        for place, columns in named.items():
            if headers and columns and not any(find_header(column, headers) for column in columns):
                yield Mistake(
                    place,
                    f"received column {columns[0]!r}, which {files[-1].unit} does not have",
                    f"one of {', '.join(headers)}",
                    nearest(
                        columns[0], headers, "Correct it, or header_row where the headers are further down."
                    ),
                    "note" if may_lack and place[-1] not in required else "error",
                )

    def _is_local(self, table: str) -> bool:
        """May times without an offset of the cursor column be of another zone than UTC?"""
        mapping, received = self.mapping(table), {self._config.tables[table].cursor or "": ""}
        zones = {
            column.timezone
            for column in mapping.columns.values()
            if any(find_header(name, received) for name in column.column or ())
        }
        return bool({mapping.timezone, *zones} - {"UTC", None})

    def _files(self, table: FileTable) -> list[File]:
        return find(table.path, self._base, self._config.storage)


def _headers(file: File, table: FileTable) -> dict[str, str]:
    """The received columns and their types."""
    with _guarded(file):
        first = next(_batches(file, table, Rejects(file.unit)))
    return {field.name: str(field.type) for field in first.schema if field.name != LINE}


def _batches(file: File, table: FileTable, rejects: Rejects) -> Iterator[pa.RecordBatch]:
    kind = format_of(file, table)
    if kind == "csv":
        yield from delimited.read(Text.of(file, table.encoding), table, rejects)
    elif kind == "jsonl":
        yield from jsonl.read(Text.of(file, table.encoding), rejects)
    else:
        with open_content(file) as handle:
            yield from parquet.read(handle) if kind == "parquet" else workbook.read(handle, table, rejects)


def _unchanged(
    file: File, table: FileTable, rejects: Rejects, stamp: tuple[Any, ...]
) -> Iterator[pa.RecordBatch]:
    """The batches of `file`; raises ChangedWhileRead at their end when its stamp is another by then."""
    try:
        with _guarded(file):
            yield from _batches(file, table, rejects)
    except ClosedloopError as error:
        _check_stamp(file, stamp, error)
        raise
    _check_stamp(file, stamp)


def _check_stamp(file: File, stamp: tuple[Any, ...], cause: Exception | None = None) -> None:
    with _guarded(file):
        file.storage.invalidate_cache()
        if file.stamp() != stamp:
            raise ChangedWhileRead(file.unit) from cause


@contextmanager
def _guarded(file: File) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise ChangedWhileRead(file.unit) from told_cause(error, file.path)
    except PermissionError as error:
        raise UnreadableFile(
            file.unit,
            f"a file closed to this process ({scrubbed(error, file.path)})",
            "the right to read it",
            "Give that right to the user who runs closedloop, then run again.",
        ) from told_cause(error, file.path)
    except _DAMAGE as error:
        raise UnreadableFile(
            file.unit,
            f"content that cannot be read ({type(error).__name__}: {scrubbed(error, file.path)})",
            "a whole, undamaged file",
            "Have it sent again, or remove it from the source's path.",
            may_pass=may_pass(error, is_local=file.is_local),
        ) from told_cause(error, file.path)
    except ClosedloopError:
        raise
    except Exception as error:
        if file.is_local:
            raise  # no storage is behind it
        raise UnreadableFile(
            file.unit,
            f"a storage that failed ({type(error).__name__}: {scrubbed(error, file.path)})",
            "one that gives the file out",
            "Run again; where it stays so, look at the network, the storage, and `storage` in the configuration.",
            may_pass=may_pass(error, is_local=False),
        ) from told_cause(error, file.path)


def _since(
    batches: Iterator[pa.RecordBatch], file: File, table: FileTable, cursor: str | None, *, is_local: bool
) -> Iterator[pa.RecordBatch]:
    """The rows at or above the cursor less the look-back; all where there is no cursor or the file lacks its column.

    Also all of an export of quarantined rows: they lie below what was admitted since.
    """
    if table.cursor is None or cursor is None:
        yield from batches
        return
    database = connection()
    received = kept = 0
    for batch in batches:
        received += batch.num_rows
        names = batch.schema.names
        if table.cursor in names and QUARANTINE_REASON not in names and batch.num_rows:
            keep = not_below_cursor(
                database, batch.column(table.cursor), cursor, table.lookback_days, is_local=is_local
            )
            batch = batch.filter(keep.combine_chunks())
        kept += batch.num_rows
        yield batch
    if received and not kept:
        logger.warning(
            "%s: found no row of %s at or above the cursor %s of %s, less the look-back; expected newer ones. "
            "Nothing of it is landed: where its rows are to count, run again with --since and a moment before them",
            file.unit,
            f"{received:,}",
            cursor,
            table.cursor,
        )
