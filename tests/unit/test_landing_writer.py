"""The landing: what a load keeps of an extract, that it is written once, and that a kill leaves nothing half done."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ingestion.landing import placing, writer
from ingestion.landing.manifest import Manifest, ManifestError
from ingestion.landing.placing import sweep
from ingestion.landing.windows import resume_cursor
from ingestion.landing.writer import LandingError, land, landed_names
from ingestion.sources.base import Extract
from tests.landings import NOON, GivenSource, Landing, batch, extract

LEADS = {"Id": ["a", "b", None], "Name ": ["x", "", " y"]}


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


def _rows(landing: Landing, columns: str = "*") -> list[tuple]:
    files = [str(path) for path in landing.layout.landing.rglob("*.parquet")]
    query = f"select {columns} from read_parquet(?, hive_partitioning = false) order by _load_id, _row_number"
    return duckdb.execute(query, [files]).fetchall()


def test_values_are_kept_as_received_beside_where_they_came_from(landing: Landing) -> None:
    (load,) = landing.land(GivenSource("crm_lead"), extract(LEADS))
    rows = _rows(landing, '"Id", "Name ", _line, _source_system, _load_id, _loaded_at, _row_number')
    origin = ("crm", load.load_id, NOON)
    assert rows == [
        ("a", "x", 2, *origin, 1),
        ("b", "", 3, *origin, 2),
        (None, " y", 4, *origin, 3),
    ]


def test_the_manifest_says_what_was_landed(landing: Landing) -> None:
    rejects = [(9, "broken", "found 1 field, expected 2")]
    one = Extract("leads.csv", "f1", iter([batch(LEADS), batch(LEADS)]), rejects, "Id")
    (load,) = landing.land(GivenSource("crm_lead"), one)
    (known,) = landing.manifest.loads()
    assert known == load
    assert (known.rows, known.unreadable, known.state) == (7, 1, "landed")
    assert (known.unit, known.fingerprint, known.schema) == ("leads.csv", "f1", ("Id", "Name "))
    file = landing.root / known.path
    assert known.bytes == file.stat().st_size
    assert known.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert [row.text for row in landing.manifest.unreadable_rows(known.load_id)] == ["broken"]
    assert [row for (row,) in _rows(landing, "_row_number")] == [1, 2, 3, 4, 5, 6]


def test_the_cursor_is_the_highest_value_as_received(landing: Landing) -> None:
    given = {"id": ["1", "2", "3"], "at": ["2024-01-02T00:00:00+05:00", "2024-01-01 23:00:00", "no time"]}
    (load,) = landing.land(GivenSource("crm_lead"), extract(given, cursor_column="at"))
    assert load.cursor == "2024-01-01 23:00:00"
    landing.manifest.admit(load.load_id, 3, 0, "as mapped")
    assert resume_cursor(landing.manifest, "crm", "crm_lead") is None, "the window may have more units"
    landing.manifest.complete_window("crm", "crm_lead")
    assert resume_cursor(landing.manifest, "crm", "crm_lead") == "2024-01-01 23:00:00"


def test_a_unit_is_landed_once_under_a_fingerprint(landing: Landing) -> None:
    source = GivenSource("crm_lead")
    assert len(landing.land(source, extract(LEADS, fingerprint="1"))) == 1
    assert landing.land(source, extract(LEADS, fingerprint="1")) == []
    assert len(landing.land(source, extract(LEADS, fingerprint="2"))) == 1
    assert len(landing.land(source, extract(LEADS, fingerprint="1"))) == 1
    assert landing.manifest.landed_units("crm", "crm_lead") == {"leads.csv": "1"}


def test_later_loads_are_later_whatever_the_clock_says(landing: Landing) -> None:
    source = GivenSource("crm_lead")
    landing.land(source, extract(LEADS, "b.csv"), extract(LEADS, "a.csv"))
    back = NOON - timedelta(hours=1)
    land(landing.layout, landing.manifest, "crm", "crm_lead", extract(LEADS, "c.csv"), back, back)
    loads = landing.manifest.loads()
    assert [load.unit for load in loads] == ["b.csv", "a.csv", "c.csv"]
    assert sorted(load.load_id for load in loads) == [load.load_id for load in loads]


def test_the_hash_follows_the_values_and_not_the_order_of_columns(landing: Landing) -> None:
    landing.land(
        GivenSource("crm_lead"),
        extract({"a": ["1", "1", None], "b": ["2", None, "1"]}, "x"),
        extract({"b": ["2", None, "1"], "a": ["1", "1", None]}, "y"),
    )
    hashes = [row for (row,) in _rows(landing, "_row_hash")]
    assert hashes[:3] == hashes[3:]
    # Landings of former versions hold these: another content would make every row another one.
    assert hashes[:3] == [
        hashlib.md5(content).hexdigest() for content in (b"1\x1f2", b"1\x1f\x1e", b"\x1e\x1f1")
    ]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (["Id", "id", "ID"], ["Id", "id_2", "ID_3"]),
        (["a", "", " "], ["a", "column_2", "column_3"]),
        (["_load_id", "_line"], ["_load_id_2", "_line"]),
        (["a", "a_2", "a"], ["a", "a_2", "a_3"]),
    ],
)
def test_headers_become_names_that_differ(headers: list[str], expected: list[str]) -> None:
    assert landed_names(headers) == expected


def test_duplicate_headers_are_landed_side_by_side(landing: Landing) -> None:
    arrays = [pa.array(["1"]), pa.array(["2"]), pa.array([2])]
    twice = pa.RecordBatch.from_arrays(arrays, ["Id", "Id", "_line"])
    landing.land(GivenSource("crm_lead"), Extract("u", "f", iter([twice])))
    assert _rows(landing, '"Id", "Id_2"') == [("1", "2")]


@pytest.mark.parametrize("batches", [[], [batch({"id": []})]])
def test_an_empty_extract_is_a_load_without_rows(landing: Landing, batches: list[pa.RecordBatch]) -> None:
    (load,) = landing.land(GivenSource("crm_lead"), Extract("u", "f", iter(batches)))
    assert load.rows == 0
    assert _rows(landing) == []


class Broken(Exception):
    """An error of a source."""


def _failing():
    yield batch(LEADS)
    raise Broken("the file ended early")


def test_an_error_of_the_source_passes_through_and_nothing_is_landed(landing: Landing) -> None:
    with pytest.raises(Broken, match="ended early"):
        landing.land(GivenSource("crm_lead"), Extract("u", "f", _failing()))
    assert landing.manifest.loads() == []
    assert list(landing.layout.landing.rglob("*.parquet")) == []


def test_batches_of_another_shape_are_refused(landing: Landing) -> None:
    mixed = [batch({"a": ["1"]}), batch({"a": pa.array([1])})]
    with pytest.raises((LandingError, pa.ArrowInvalid)):
        landing.land(GivenSource("crm_lead"), Extract("u", "f", iter(mixed)))
    assert landing.manifest.loads() == []


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize(
    ("module", "step"),
    [
        (writer, "_write"),
        (writer, "highest_in"),
        (writer, "place"),
        (placing.os, "replace"),
        (Manifest, "record"),
    ],
)
def test_a_kill_at_any_step_leaves_nothing_and_a_rerun_lands_the_same(
    landing: Landing, monkeypatch: pytest.MonkeyPatch, module: object, step: str
) -> None:
    source = GivenSource("crm_lead")
    undisturbed = Landing(landing.root / "undisturbed")
    (wanted,) = undisturbed.land(source, extract(LEADS, cursor_column="Id"))

    for is_after in (False, True):
        original = getattr(module, step)

        def killed(*arguments, original=original, is_after=is_after, **named):
            if is_after and step != "record":
                original(*arguments, **named)
            raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(module, step, killed)
            with pytest.raises(Killed):
                landing.land(source, extract(LEADS, cursor_column="Id"))
        assert landing.manifest.loads() == []
        sweep(landing.layout, landing.manifest, "crm", "crm_lead")
        assert [path for path in landing.layout.landing.rglob("*") if path.is_file()] == [
            landing.layout.manifest_db
        ]
    (load,) = landing.land(source, extract(LEADS, cursor_column="Id"))
    assert load == wanted
    sweep(landing.layout, landing.manifest, "crm", "crm_lead")
    assert landing.files() == undisturbed.files()


def test_a_landing_without_its_manifest_is_not_swept(landing: Landing) -> None:
    landing.land(GivenSource("crm_lead"), extract(LEADS, "a"), extract(LEADS, "b"))
    landing.layout.manifest_db.unlink()
    with pytest.raises(ManifestError, match="Restore the manifest"):
        sweep(landing.layout, landing.manifest, "crm", "crm_lead")
    assert len(list(landing.layout.landing.rglob("*.parquet"))) == 2
