"""What gives access to a storage stays out of what is kept and told of its files.

A storage of the tests' own stands for one that is asked over HTTP; what is read of it is tested elsewhere.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from ingestion.sources.files import UnreadableFile
from ingestion.sources.files.errors import scrubbed, without_secrets
from tests.file_sources import ids, landed, source, units

SECRET = "pa55word"


class Web(MemoryFileSystem):
    """Keeps files under their whole URL, as HTTP does."""

    protocol = ("https",)
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]
    cachable = False

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return path

    def unstrip_protocol(self, name: str) -> str:
        return name

    def isdir(self, path: str) -> bool:
        return False

    def glob(self, path: str, **_: Any) -> list[str]:
        return []


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    kept = fsspec.get_filesystem_class("https")
    fsspec.register_implementation("https", Web, clobber=True)
    yield Web()
    Web.store.clear()
    fsspec.register_implementation("https", kept, clobber=True)


def put(web: Web, url: str, content: bytes) -> None:
    with web.open(url, "wb") as file:
        file.write(content)


def test_a_unit_has_no_secrets_and_stays_when_they_change(tmp_path: Path, web: Web) -> None:
    first, second = (f"https://user:{SECRET}{at}@host/a.csv?sig={SECRET}{at}" for at in (1, 2))
    put(web, first, b"Id\n1\n")
    before = source(tmp_path, first)
    assert units(before) == ["https://host/a.csv"]
    put(web, second, b"Id\n1\n")
    assert units(source(tmp_path, second), landed(before)) == []


def test_a_path_where_no_file_is_is_told_without_secrets(
    tmp_path: Path, web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    found = source(tmp_path, f"https://user:{SECRET}@host/a.csv?sig={SECRET}")
    assert units(found) == []
    told = [caplog.text, *(mistake.found for mistake in found.mistakes())]
    assert all("no file at https://host/a.csv" in text for text in told)
    assert SECRET not in "".join(told)


def test_files_that_only_their_queries_tell_apart_are_all_read(tmp_path: Path, web: Web) -> None:
    urls = [f"https://host/export?month={month}" for month in (1, 2)]
    for at, url in enumerate(urls):
        put(web, url, f"Id\n{at}\n".encode())
    both = source(tmp_path, [*urls, urls[0]])
    assert sorted(units(both)) == ["https://host/export", "https://host/export (2)"]
    assert sorted(ids(both)) == ["0", "1"]
    # One that is not there for once takes no other's name.
    web.rm_file(urls[0])
    assert units(both) == ["https://host/export (2)"]


@pytest.mark.parametrize("is_quoted", [True, False])
@pytest.mark.parametrize("method", ["isfile", "open"])
def test_what_a_library_says_is_told_without_secrets(
    tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch, method: str, is_quoted: bool
) -> None:
    url = f"https://user:{SECRET}@host/a.csv?sig={SECRET}"
    put(web, url, b"Id\n1\n")

    def failing(_: Web, path: str, *__: Any, **___: Any) -> None:
        answer = OSError(5, f"403 of {path}, asked as '{path}' and of /a.csv?sig={SECRET}")
        if is_quoted:
            raise answer
        raise OSError(5, "403 of https://host/a.csv") from answer

    monkeypatch.setattr(Web, method, failing)
    with pytest.raises(UnreadableFile) as raised:
        ids(source(tmp_path, url))
    told = "".join(traceback.format_exception(raised.value))
    assert "https://host/a.csv: found" in told
    assert "403 of https://host/a.csv" in told
    assert SECRET not in told
    assert raised.value.may_pass


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://token@host/a.csv?sig=1", "https://host/a.csv"),
        ("simplecache::https://user:word@host/*.csv?sig=1", "simplecache::https://host/*.csv"),
        ("s3://key:word@bucket/lead?.csv", "s3://bucket/lead?.csv"),
        ("s3://bucket/ann@example.com/a.csv", "s3://bucket/ann@example.com/a.csv"),
        ("drop/lead?@.csv", "drop/lead?@.csv"),
    ],
)
def test_what_is_left_of_a_url(url: str, plain: str) -> None:
    assert without_secrets(url) == plain
    assert scrubbed(ValueError(f"cannot read '{url}'"), url) == f"cannot read '{plain}'"


def test_urls_that_a_library_made_itself_are_scrubbed_too() -> None:
    said = f'Could not connect to the endpoint URL: "https://bucket.s3.amazonaws.com/a.csv?X-Amz-Signature={SECRET}"'
    assert SECRET not in scrubbed(ConnectionError(said), "s3://bucket/a.csv")
