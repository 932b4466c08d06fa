"""Files that may not be read, and files that change or go away while they are: said, and never taken for empty ones.

Which files a source finds and wants is tested in `test_files_source`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.sources.base import Window
from ingestion.sources.files import ChangedWhileRead, UnreadableFile
from ingestion.sources.files.discovery import File
from tests.file_sources import UNTIL, source, units, write


def test_a_link_to_nowhere_is_no_file(tmp_path: Path) -> None:
    write(tmp_path / "in/a.csv", "Id\n1\n")
    (tmp_path / "in/b.csv").symlink_to(tmp_path / "gone.csv")
    assert units(source(tmp_path, "in")) == units(source(tmp_path, "in/*.csv")) == ["in/a.csv"]


@pytest.mark.parametrize("path", ["in", "in/*.csv", "**/*.csv", "*/a.csv", "in/a.csv"])
def test_a_folder_that_is_closed_to_us_is_an_error_and_not_an_empty_one(
    tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "in/a.csv", "Id\n1\n")

    def closed(kept):
        def call(path, *arguments, **named):
            if Path(path).is_relative_to(tmp_path / "in"):
                raise PermissionError(13, "Permission denied", str(path))
            return kept(path, *arguments, **named)

        return call

    # Whoever runs the tests may be allowed everything.
    monkeypatch.setattr(os, "scandir", closed(os.scandir))
    monkeypatch.setattr(os, "stat", closed(os.stat))
    with pytest.raises(
        UnreadableFile, match=r"found PermissionError: .*Permission denied.*Check the path, the rights"
    ):
        units(source(tmp_path, path))


def test_a_file_that_is_closed_to_us_says_whose_right_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.csv", "Id\n1\n")

    def closed(file: File) -> None:
        raise PermissionError(13, "Permission denied", file.path)

    monkeypatch.setattr(File, "open", closed)
    with pytest.raises(
        UnreadableFile, match=r"a.csv: found a file closed to this process .*the user who runs"
    ):
        units(source(tmp_path))


@pytest.mark.parametrize("later", ["Id\n1\n2\n", "Id\n2\n", ""], ids=["grown", "replaced", "emptied"])
def test_a_file_that_changes_while_read_is_an_error(tmp_path: Path, later: str) -> None:
    write(tmp_path / "a.csv", "Id\n1\n")
    (extract,) = source(tmp_path).extract("crm_lead", Window(UNTIL))
    next(extract.batches)
    write(tmp_path / "a.csv", later, 1_700_000_001)
    with pytest.raises(
        ChangedWhileRead, match=r"a.csv: found that it changed while it was being read.*rename it"
    ):
        list(extract.batches)


def test_a_file_that_goes_away_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "Id\n1\n")
    (extract,) = source(tmp_path).extract("crm_lead", Window(UNTIL))
    (tmp_path / "a.csv").unlink()
    with pytest.raises(ChangedWhileRead):
        list(extract.batches)


def test_a_file_that_breaks_because_it_changes_is_said_to_change(tmp_path: Path) -> None:
    pq.write_table(pa.table({"Id": ["1"] * 1000}), tmp_path / "a.csv")
    (extract,) = source(tmp_path).extract("crm_lead", Window(UNTIL))
    (tmp_path / "a.csv").write_bytes(b"PAR1 cut")
    with pytest.raises(ChangedWhileRead):
        list(extract.batches)
