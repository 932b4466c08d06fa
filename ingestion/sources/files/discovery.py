"""Which files a configured path names, on the local disk or in object storage, and what tells them apart over time.

Listing, opening and fingerprinting belong here; what is inside a file does not.
"""

from __future__ import annotations

import glob
import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any, BinaryIO

import fsspec
from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from ingestion.sources.files.errors import UnreadableFile, may_pass, scrubbed, told_cause, without_secrets

BLOCK = 1 << 20
# Hidden files, markers such as _SUCCESS, the lock files of an open workbook, and what is still being sent.
_PASSED_OVER_PREFIXES = (".", "_", "~$")
_PASSED_OVER_SUFFIXES = (".tmp", ".part", ".partial", ".crdownload")


@dataclass(frozen=True)
class File:
    """One file. `unit` names it in the landing: the path relative to the deployment's folder, or the URL.

    The URL is without what gives access to it: that is secret, and a new token makes no new file.
    """

    unit: str
    storage: AbstractFileSystem
    path: str

    @property
    def is_local(self) -> bool:
        """Whether it lies on a disk of this machine, as far as one can tell."""
        return isinstance(self.storage, LocalFileSystem)

    def open(self) -> BinaryIO:
        """The bytes as they lie there."""
        return self.storage.open(self.path, "rb")

    def stamp(self) -> tuple[Any, ...]:
        """What changes when the file is written to, as far as its storage knows: size, time of writing, ETag."""
        info = self.storage.info(self.path)
        return info["size"], info.get("mtime"), info.get("ETag"), self.modified

    @property
    def modified(self) -> datetime:
        """When it was last written (UTC); the epoch where the storage does not say."""
        try:
            moment = self.storage.modified(self.path)
        except NotImplementedError:
            return datetime.fromtimestamp(0, UTC)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)

    def fingerprint(self) -> str:
        """What is equal when the content is: the ETag where object storage keeps one, else the SHA-256 of the bytes.

        An ETag costs no download. It is the digest of the content as sent, so the same bytes sent again in the same
        way keep it; sent otherwise (in other parts) they count as changed and are landed again.
        """
        etag = self.storage.info(self.path).get("ETag")
        if etag:
            return "etag:" + str(etag).strip('"')
        digest = hashlib.sha256()
        with self.open() as handle:
            while block := handle.read(BLOCK):
                digest.update(block)
        return "sha256:" + digest.hexdigest()


def find(paths: Iterable[str], base: Path, options: Mapping[str, Any]) -> list[File]:
    """The files that `paths` name, oldest first (by time of writing, then name), each once; none when nothing is there.

    A path is a file, a folder (the files in it), a glob (`**` for folders of any depth) or a URL of these; relative
    ones start at `base`. Raises UnreadableFile when the storage cannot be asked.
    """
    found: dict[str, tuple[datetime, File]] = {}
    alike: Counter[str] = Counter()
    for path in dict.fromkeys(paths):
        plain = without_secrets(path)
        alike[plain] += 1
        try:
            for file in _find(path, base, options, alike[plain]):
                with suppress(FileNotFoundError):  # gone since it was listed, or a link to nowhere
                    found[file.unit] = file.modified, file
        except FileNotFoundError:
            continue
        except ImportError as error:
            raise UnreadableFile(
                plain,
                f"no support for this storage ({scrubbed(error, path)})",
                "a storage whose fsspec package is installed",
                "Install it; for s3:// that is the extra `s3` of closedloop.",
            ) from told_cause(error, path)
        except Exception as error:  # every storage has errors of its own
            raise UnreadableFile(
                plain,
                f"{type(error).__name__}: {scrubbed(error, path)}",
                "a path that can be listed",
                "Check the path, the rights to it, and `storage` in the configuration.",
                may_pass=may_pass(error, is_local="://" not in path),
            ) from told_cause(error, path)
    return [file for _, file in sorted(found.values(), key=lambda dated: (dated[0], dated[1].unit))]


def _find(path: str, base: Path, options: Mapping[str, Any], number: int) -> Iterator[File]:
    """The files of one path, the `number`th of those that are alike without their secrets: units tell them apart."""
    twin = f" ({number})" if number > 1 else ""
    is_url = "://" in path
    storage, inner = url_to_fs(path, **options) if is_url else (fsspec.filesystem("file"), str(base / path))
    storage.invalidate_cache()
    if isinstance(storage, LocalFileSystem):
        _check_open(Path(inner))
    if storage.isfile(inner):
        listed = [inner]
    elif storage.isdir(inner):
        listed = storage.find(inner, maxdepth=1)
    else:
        listed = [name for name in storage.glob(inner) if storage.isfile(name)]
    for name in sorted(listed):
        own_name = name.rpartition("/")[2]
        passed_over = own_name.startswith(_PASSED_OVER_PREFIXES) or own_name.endswith(_PASSED_OVER_SUFFIXES)
        if name == inner or not passed_over:
            yield File(_unit(storage, name, base) + twin, storage, name)


def _check_open(path: Path) -> None:
    """Raise what keeps this process from looking into the folders of a local path: fsspec takes them for empty ones."""
    fixed = list(takewhile(lambda part: not glob.has_magic(part), path.parts))
    folder = Path(*fixed)
    with suppress(FileNotFoundError, NotADirectoryError):
        folder.stat()
    for _ in os.walk(folder, onerror=_raise):
        if len(path.parts) - len(fixed) <= 1 and "**" not in path.name:
            return


def _raise(error: OSError) -> None:
    if isinstance(error, PermissionError):
        raise error


def _unit(storage: AbstractFileSystem, path: str, base: Path) -> str:
    if not isinstance(storage, LocalFileSystem):
        return without_secrets(storage.unstrip_protocol(path))
    local = Path(path)
    return local.relative_to(base).as_posix() if local.is_relative_to(base) else local.as_posix()
