"""`closedloop doctor`: each kind of damage is found, named and mended, and nothing else is touched.

How a night meets damage is tested where its step is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from ingestion.landing import writer
from ingestion.landing.manifest import Manifest
from orchestration.publish import current
from orchestration.settings import load_deployment
from orchestration.transform.warehouse import note_night, unusable
from orchestration.upkeep.doctor import examine
from tests.conftest import Call
from tests.integration.damage import content, doctor_of, land, lay_out_landed, only
from tests.sample_warehouse import publish_warehouse, write_warehouse


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return lay_out_landed(tmp_path / "home")


@pytest.fixture
def doctor(call: Call, home: Path) -> Callable[..., list[str]]:
    return doctor_of(call, home)


def test_all_is_well(doctor: Callable[..., list[str]]) -> None:
    assert "all is well" in doctor()[0]


@pytest.mark.parametrize("layer", ["admitted", "quarantine"])
@pytest.mark.parametrize("is_gone", [True, False], ids=["missing", "cut"])
def test_what_gate_1_wrote_is_made_again(
    doctor: Callable[..., list[str]], home: Path, layer: str, is_gone: bool
) -> None:
    before, path = content(home), only(home, layer)
    whole = path.read_bytes()
    if is_gone:
        path.unlink()
    else:
        path.write_bytes(whole[: len(whole) // 2])
    assert any(layer in line and "leads.csv" in line for line in doctor())
    doctor("--repair")
    assert content(home) == before
    assert only(home, layer) == path
    assert "all is well" in doctor()[0]


@pytest.mark.parametrize("damage", ["missing", "cut", "one bit"])
def test_a_landed_file_is_landed_again_from_its_source(
    doctor: Callable[..., list[str]], home: Path, damage: str
) -> None:
    path = only(home, "landing")
    rows, admitted = duckdb.sql(f"from '{path}' order by all").fetchall(), content(home)
    spoil(path, damage)
    only(home, "admitted").unlink()
    assert any("land it again from leads.csv, which is as it was" in line for line in doctor())
    doctor("--repair")
    assert only(home, "landing") == path
    assert duckdb.sql(f"from '{path}' order by all").fetchall() == rows
    assert content(home) == admitted, "what was judged of it was made again as well"
    assert "all is well" in doctor()[0]
    land(home)
    assert len(Manifest(load_deployment(home).layout.manifest_db).loads()) == 1


def spoil(path: Path, damage: str) -> None:
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    else:
        path.write_bytes(whole[:50] + bytes([whole[50] ^ 1]) + whole[51:])


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize(("owner", "step"), [(writer, "place"), (Manifest, "replace_file")])
def test_a_kill_while_a_file_is_landed_again_leaves_it_to_be_mended(
    doctor: Callable[..., list[str]], home: Path, monkeypatch: pytest.MonkeyPatch, owner: object, step: str
) -> None:
    spoil(only(home, "landing"), "cut")

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(owner, step, killed)
        with pytest.raises(Killed):
            list(examine(load_deployment(home), repair=True))
    doctor("--repair")
    assert "all is well" in doctor()[0]


def test_rows_below_the_cursor_of_then_are_left_out_again(
    doctor: Callable[..., list[str]], home: Path
) -> None:
    configuration = home / "closedloop.yml"
    text = configuration.read_text().replace("path: leads*.csv", "path: later*.csv\n        cursor: lead_id")
    configuration.write_text(text)
    for nights in (2, 4, 6):
        rows = "".join(f"{lead},2026-01-0{lead},new\n" for lead in range(1, nights + 1))
        (home / f"later{nights}.csv").write_text("lead_id,created_at,status\n" + rows)
        land(home)
    middle = Manifest(load_deployment(home).layout.manifest_db).loads()[2]
    path = home / "data" / middle.path
    path.unlink()
    doctor("--repair")
    assert duckdb.sql(f"select lead_id from '{path}' order by all").fetchall() == [("2",), ("3",), ("4",)]
    assert "all is well" in doctor()[0]


@pytest.mark.parametrize("is_kept", [True, False], ids=["kept", "an older manifest"])
def test_files_of_one_night_are_read_from_one_cursor_again(
    doctor: Callable[..., list[str]], home: Path, is_kept: bool
) -> None:
    configuration = home / "closedloop.yml"
    text = configuration.read_text().replace("path: leads*.csv", "path: later*.csv\n        cursor: lead_id")
    configuration.write_text(text)
    (home / "later1.csv").write_text("lead_id,created_at,status\n9,2026-01-09,new\n")
    if is_kept:
        (home / "later2.csv").write_text("lead_id,created_at,status\n5,2026-01-05,new\n")
    land(home)
    layout = load_deployment(home).layout
    if not is_kept:
        with sqlite3.connect(layout.manifest_db) as manifest:
            manifest.executescript("drop table load_windows; drop table complete_windows")
    load = Manifest(layout.manifest_db).loads()[-1]
    path = layout.root / load.path
    path.unlink()
    doctor("--repair")
    expected = "5" if is_kept else "9"
    assert duckdb.sql(f"select lead_id from '{path}'").fetchall() == [(expected,)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda home: (home / "leads.csv").unlink(), "leads.csv is gone"),
        (lambda home: (home / "leads.csv").write_text("lead_id\n7\n"), "leads.csv has other content now"),
        (lambda home: reconfigure(home, "header_row: 2"), "leads.csv is read otherwise than it was then"),
    ],
    ids=["gone", "changed", "other headers"],
)
def test_a_landed_file_whose_source_gives_something_else_is_to_be_restored(
    doctor: Callable[..., list[str]], home: Path, change: Callable[[Path], object], told: str
) -> None:
    path = only(home, "landing")
    whole = path.read_bytes()
    spoil(path, "cut")
    only(home, "admitted").unlink()
    change(home)
    landing, admitted = examine(load_deployment(home), repair=True)
    place = path.relative_to(home / "data")
    assert landing.action.startswith(
        f"{told}: restore {place} from a backup; it has {len(whole)} bytes, sha256"
    )
    assert admitted.action == "mend its landed file first"
    assert not landing.is_mended
    assert not admitted.is_mended
    assert not list((home / "data/admitted").rglob("*.parquet")), "nothing is judged from a damaged file"
    assert path.read_bytes() == whole[: len(whole) // 2]
    path.write_bytes(whole)
    doctor("--repair")
    assert "all is well" in doctor()[0]


def test_a_landed_file_is_not_landed_again_with_other_values(home: Path) -> None:
    path = only(home, "landing")
    spoil(path, "cut")
    reconfigure(home, "quote: ''")
    (landing,) = examine(load_deployment(home), repair=True)
    assert landing.action.startswith("leads.csv is read otherwise than it was then: restore")
    path.parent.joinpath(f".{path.name}.partial").write_text("left by a kill")
    (home / "closedloop.yml").write_text((home / "closedloop.yml").read_text().replace("quote: ''", ""))
    doctored = list(examine(load_deployment(home), repair=True))
    assert all(finding.is_mended for finding in doctored)


def reconfigure(home: Path, key: str) -> None:
    path = home / "closedloop.yml"
    path.write_text(path.read_text().replace("path: leads*.csv", f"path: leads*.csv\n        {key}"))


def test_leftovers_of_a_kill_are_removed(doctor: Callable[..., list[str]], home: Path) -> None:
    left = only(home, "admitted").with_name(".x.parquet.partial")
    spilled = home / "data/scratch/duckdb_temp_storage-0.tmp"
    spilled.parent.mkdir(exist_ok=True)
    for path in (left, spilled):
        path.touch()
    assert any("2 files of killed runs" in line for line in doctor("--repair"))
    assert not left.exists()
    assert not spilled.exists()


def test_hidden_files_and_folders_of_others_are_no_leftovers(
    doctor: Callable[..., list[str]], home: Path
) -> None:
    theirs = home / "data/landing/.stversions/.notes"
    theirs.parent.mkdir()
    theirs.touch()
    only(home, "admitted").with_name(".x.parquet.partial").touch()
    assert any("1 files of killed runs" in line for line in doctor("--repair"))
    assert theirs.exists()
    assert "all is well" in doctor()[0]


def test_a_warehouse_that_cannot_be_built_on_is_removed(doctor: Callable[..., list[str]], home: Path) -> None:
    path = home / "data/warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema landing")
        note_night(connection, "run-1", datetime(2026, 7, 1), "key", "rules", False)
    assert unusable(path) is None
    assert "all is well" in doctor()[0]
    for spoil in ("update landing.night set warehouse_format = '0'", "drop table landing.night"):
        with duckdb.connect(str(path)) as connection:
            connection.execute(spoil)
        assert unusable(path) is not None
    assert "older closedloop" in unusable(path)
    path.write_bytes(path.read_bytes()[:5000])
    assert "cannot be read" in unusable(path)
    doctor("--repair")
    assert not path.exists()


def test_a_damaged_version_is_withdrawn_and_an_intact_one_is_live(
    doctor: Callable[..., list[str]], home: Path, tmp_path: Path
) -> None:
    published = home / "data/published"
    for label in ("a", "b", "c"):
        warehouse = write_warehouse(tmp_path / "warehouse.duckdb", label=label)
        publish_warehouse(warehouse, published, inputs_key=label)
    for version in ("v000002", "v000003"):
        file = published / "versions" / version / "closedloop.duckdb"
        file.chmod(0o644)
        file.write_bytes(b"")
    told = doctor()
    assert any("v000003, which is live" in line for line in told)
    assert current(published).version == "v000003"
    doctor("--repair")
    assert current(published).version == "v000001"
    assert [path.name for path in (published / "versions").iterdir()] == ["v000001"]
