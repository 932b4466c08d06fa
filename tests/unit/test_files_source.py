"""Which files a source finds, in which order, and what a window still wants of them.

Local folders, object storage and both kinds of increment are tested here; the content of files elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.errors import ClosedloopError
from ingestion.sources.base import Window
from ingestion.sources.files import ChangedWhileRead, FilesConfig, FileSource, UnreadableFile
from tests.file_sources import UNTIL, ids, landed, source, units, write


@pytest.fixture
def memory() -> Iterator[fsspec.AbstractFileSystem]:
    storage = fsspec.filesystem("memory")
    yield storage
    storage.rm("/bucket", recursive=True)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("in/a.csv", ["in/a.csv"]),
        ("in", ["in/b.csv", "in/a.csv"]),
        ("in/", ["in/b.csv", "in/a.csv"]),
        ("in/*.csv", ["in/b.csv", "in/a.csv"]),
        ("in/[b-z].csv", ["in/b.csv"]),
        ("**/*.csv", ["in/b.csv", "in/a.csv", "in/deep/c.csv"]),
        (["in/a.csv", "in/*.csv", "in/deep"], ["in/b.csv", "in/a.csv", "in/deep/c.csv"]),
        ("in/none.csv", []),
        ("none/*.csv", []),
    ],
)
def test_files_folders_globs_and_lists_oldest_first(
    tmp_path: Path, path: object, expected: list[str]
) -> None:
    write(tmp_path / "in/a.csv", "Id\n1\n", 1_700_000_200)
    write(tmp_path / "in/b.csv", "Id\n2\n", 1_700_000_100)
    write(tmp_path / "in/deep/c.csv", "Id\n3\n", 1_700_000_300)
    for passed_over in (".hidden.csv", "_SUCCESS", "~$a.csv", "d.csv.part", "e.csv.tmp"):
        write(tmp_path / "in" / passed_over, "Id\n9\n")
    assert units(source(tmp_path, path)) == expected


def test_files_of_one_moment_come_by_name(tmp_path: Path) -> None:
    for name in ("b.csv", "c.csv", "a.csv"):
        write(tmp_path / name, "Id\n1\n")
    assert units(source(tmp_path)) == ["a.csv", "b.csv", "c.csv"]


def test_a_name_with_glob_signs_is_a_file_where_it_is_one(tmp_path: Path) -> None:
    write(tmp_path / "leads[1].csv", "Id\n1\n")
    assert ids(source(tmp_path, "leads[1].csv")) == ["1"]


def test_a_path_outside_the_folder_is_its_own_name(tmp_path: Path) -> None:
    write(tmp_path / "drop/a.csv", "Id\n1\n")
    found = source(tmp_path / "home", str(tmp_path / "drop"))
    assert units(found) == [(tmp_path / "drop/a.csv").as_posix()]


def test_object_storage_is_read_by_its_url(tmp_path: Path, memory: fsspec.AbstractFileSystem) -> None:
    memory.pipe("/bucket/leads/a.csv", b"Id,Name\n1,Ann\n")
    memory.pipe("/bucket/leads/b.csv", b"Id,Name\n2,Bob\n")
    memory.pipe("/bucket/leads/c.parquet", b"")
    with memory.open("/bucket/leads/c.parquet", "wb") as handle:
        pq.write_table(pa.table({"Id": ["3"]}), handle)
    for path in ("memory://bucket/leads", "memory://bucket/leads/*"):
        found = source(tmp_path, path)
        assert units(found) == [f"memory:///bucket/leads/{name}" for name in ("a.csv", "b.csv", "c.parquet")]
        assert ids(found) == ["1", "2", "3"]
        assert units(found, landed(found)) == []
    assert ids(source(tmp_path, "memory://bucket/leads/b.csv")) == ["2"]
    assert ids(source(tmp_path, "memory://bucket/none.csv")) == []


def test_an_etag_spares_the_download(tmp_path: Path, memory: fsspec.AbstractFileSystem, monkeypatch) -> None:
    memory.pipe("/bucket/a.csv", b"Id\n1\n")
    kept = type(memory).info
    monkeypatch.setattr(
        type(memory), "info", lambda self, path, **how: {**kept(self, path, **how), "ETag": '"e1"'}
    )
    found = source(tmp_path, "memory://bucket/a.csv")
    (extract,) = found.extract("crm_lead", Window(UNTIL))
    assert extract.fingerprint == "etag:e1"
    monkeypatch.setattr(type(memory), "open", lambda *_, **__: pytest.fail("downloaded"))
    assert units(found, Window(UNTIL, {extract.unit: "etag:e1"})) == []


def test_storage_that_cannot_be_reached_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(
        UnreadableFile, match=r"nowhere://x/\*.csv: found ValueError: .*; expected a path that can be"
    ):
        units(source(tmp_path, "nowhere://x/*.csv"))


def test_what_is_landed_already_adds_nothing(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "Id\n1\n", 1_700_000_000)
    write(tmp_path / "b.csv", "Id\n2\n", 1_700_000_001)
    found = source(tmp_path)
    window = landed(found)
    assert units(found, window) == []
    write(tmp_path / "a.csv", "Id\n1\n", 1_700_009_999)  # the same, sent again
    assert units(found, window) == []
    write(tmp_path / "a.csv", "Id\n3\n", 1_700_000_000)  # as old and as long, but other content
    write(tmp_path / "c.csv", "Id\n4\n", 1_700_000_000)
    assert units(found, window) == ["a.csv", "c.csv"]
    assert ids(found, window) == ["3", "4"]


def test_rows_below_the_cursor_are_left_out(tmp_path: Path) -> None:
    moments = ["2026-01-01T00:00:00Z", "2026-01-05T12:00:00+02:00", "", "soon", "2026-01-06"]
    write(
        tmp_path / "a.csv", "Id,Updated\n" + "".join(f"{at},{moment}\n" for at, moment in enumerate(moments))
    )
    found = source(tmp_path, cursor="Updated", lookback_days=1)
    (extract,) = found.extract("crm_lead", Window(UNTIL))
    assert extract.cursor_column == "Updated"
    assert ids(found) == ["0", "1", "2", "3", "4"]
    assert ids(found, Window(UNTIL, cursor="2026-01-06T00:00:00Z")) == ["1", "2", "3", "4"]
    assert ids(found, Window(UNTIL, cursor="2026-01-06T10:00:01Z")) == ["2", "3", "4"]


def test_lines_and_rejects_stay_when_the_cursor_leaves_rows_out(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "Id,Number\n1,1\n2,20\nx\n3,3\n4,100\n")
    (extract,) = source(tmp_path, cursor="Number").extract("crm_lead", Window(UNTIL, cursor="20"))
    rows = [row for batch in extract.batches for row in batch.to_pylist()]
    assert [(row["Id"], row["_line"]) for row in rows] == [("2", 3), ("4", 6)]
    assert [line for line, _, _ in extract.rejects] == [4]


def test_a_file_without_the_cursor_column_is_wanted_whole(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "Id\n1\n2\n")
    assert ids(source(tmp_path, cursor="Updated"), Window(UNTIL, cursor="2026-01-06")) == ["1", "2"]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({}, ["2"]),
        ({"timezone": "Europe/Berlin"}, ["1", "2"]),
        ({"columns": {"updated_at": {"column": "updated", "timezone": "Europe/Berlin"}}}, ["1", "2"]),
        ({"columns": {"created_at": {"column": "Created", "timezone": "Europe/Berlin"}}}, ["2"]),
    ],
)
def test_local_times_of_the_hour_that_comes_twice_are_not_left_out(
    tmp_path: Path, table: dict[str, object], expected: list[str]
) -> None:
    # 02:10 of the second pass is later than 02:50 of the first, which was landed.
    write(
        tmp_path / "a.csv",
        "Id,Updated\n0,2026-10-23 12:00:00\n1,2026-10-25 02:10:00\n2,2026-10-25 02:50:00\n",
    )
    assert (
        ids(source(tmp_path, cursor="Updated", **table), Window(UNTIL, cursor="2026-10-25 02:50:00"))
        == expected
    )


def test_a_file_whose_rows_all_lie_below_the_cursor_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path / "a.csv", "Id,Updated\n1,2026-01-01\n2,2026-01-02\n", 1_700_000_000)
    write(tmp_path / "b.csv", "Id,Updated\n", 1_700_000_001)
    found = source(tmp_path, cursor="Updated")
    assert ids(found, Window(UNTIL, cursor="2026-01-02")) == ["2"]
    assert caplog.messages == []
    assert ids(found, Window(UNTIL, cursor="2026-01-03")) == []
    (message,) = caplog.messages
    assert message.startswith("a.csv: found no row of 2 at or above the cursor 2026-01-03 of Updated")


def test_a_column_may_vanish_or_come_from_file_to_file(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "Id,Name\n1,Ann\n", 1_700_000_000)
    write(tmp_path / "b.csv", "Name,Id,City\nBob,2,Bern\n", 1_700_000_001)
    schemas = [
        next(extract.batches).schema.names for extract in source(tmp_path).extract("crm_lead", Window(UNTIL))
    ]
    assert schemas == [["Id", "Name", "_line"], ["Name", "Id", "City", "_line"]]


def test_the_mapping_of_a_table_has_the_defaults_of_its_source(tmp_path: Path) -> None:
    raw = {
        "timezone": "Europe/Berlin",
        "decimal": "comma",
        "id_prefix": "de-",
        "tables": {
            "crm_lead": {"path": "a.csv", "columns": {"lead_id": "Id", "email": ["Mail", "E-Mail"]}},
            "crm_opportunity": {"path": "b.csv", "timezone": "UTC", "decimal": "point", "id_prefix": ""},
        },
    }
    found = FileSource("crm", FilesConfig.model_validate(raw), tmp_path)
    assert found.tables == ("crm_lead", "crm_opportunity")
    leads, deals = found.mapping("crm_lead"), found.mapping("crm_opportunity")
    assert (leads.timezone, leads.decimal, leads.id_prefix) == ("Europe/Berlin", "comma", "de-")
    assert (deals.timezone, deals.decimal, deals.id_prefix) == ("UTC", "point", "")
    assert leads.column("lead_id").column == ("Id",)
    assert leads.column("email").column == ("Mail", "E-Mail")


def test_mistakes_says_what_the_newest_files_lack(tmp_path: Path) -> None:
    write(tmp_path / "old.csv", "Lead\n1\n", 1_700_000_000)
    write(tmp_path / "new.csv", " ID ,Name,Updated\n1,Ann,\n", 1_700_000_001)
    write(tmp_path / "deals.csv", "<html>")
    raw = {
        "crm_lead": {
            "path": "*w.csv",
            "cursor": "Updated_at",
            "columns": {
                "lead_id": "id",
                "full_name": ["Full name", "Name"],
                "email": "Nmae",
                "currency": {"constant": "EUR"},
            },
        },
        "crm_opportunity": {"path": "deals.csv"},
        "crm_user": {"path": "users.csv"},
    }
    mistakes = FileSource("crm", FilesConfig(tables=raw), tmp_path).mistakes()
    assert [mistake.keys for mistake in mistakes] == [
        ("tables", "crm_lead", "columns", "created_at"),
        ("tables", "crm_lead", "columns", "email"),
        ("tables", "crm_lead", "cursor"),
        ("tables", "crm_opportunity", "path"),
        ("tables", "crm_user", "path"),
    ]
    assert mistakes[0].found == "no such line, and no received column 'created_at' in new.csv"
    assert mistakes[0].expected == "one of both, as it is required; there are ID, Name, Updated"
    assert mistakes[1].found == "received column 'Nmae', which new.csv does not have"
    assert mistakes[1].action == "Write Name if that was meant."
    assert mistakes[3].found == "deals.csv with a web page or XML"
    assert mistakes[4].found == "no file at users.csv"


def test_a_path_that_never_found_a_file_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(tmp_path / "a.csv", "Id\n1\n")
    former = landed(source(tmp_path))
    (tmp_path / "a.csv").unlink()
    assert units(source(tmp_path), former) == []
    assert caplog.text == ""  # it was taken away once it was landed
    assert units(source(tmp_path, "leads/*.csv")) == []
    assert "crm_lead of crm: found no file at leads/*.csv; expected at least one" in caplog.text


def test_errors_are_for_people() -> None:
    assert issubclass(UnreadableFile, ClosedloopError)
    assert issubclass(ChangedWhileRead, ClosedloopError)


def test_an_optional_key_that_no_record_has_is_only_noted(tmp_path: Path) -> None:
    (tmp_path / "leads.jsonl").write_text('{"id": 1, "owner": null}\n{"id": 2}\n')
    columns = {"lead_id": "id", "owner_user_id": "owner.id", "created_at": "add_time"}
    raw = {"crm_lead": {"path": "leads.jsonl", "columns": columns}}
    mistakes = FileSource("crm", FilesConfig(tables=raw), tmp_path).mistakes()
    assert [(mistake.keys[-1], mistake.severity) for mistake in mistakes] == [
        ("owner_user_id", "note"),
        ("created_at", "error"),
    ]
