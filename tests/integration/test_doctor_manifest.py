"""A manifest that is damaged or lost: the night stops before anything is landed, and the doctor mends it from its copy.

Damage to other files is tested in `test_doctor`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from ingestion.landing.manifest import Manifest, ManifestError
from ingestion.landing.safekeeping import COPY, ManifestLost, expect_manifest, keep_copy
from orchestration.settings import load_deployment
from orchestration.upkeep.doctor import examine
from tests.conftest import Call
from tests.integration.damage import LEADS, content, doctor_of, land, lay_out_landed, only


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return lay_out_landed(tmp_path / "home")


@pytest.fixture
def doctor(call: Call, home: Path) -> Callable[..., list[str]]:
    return doctor_of(call, home)


def test_a_damaged_manifest_gives_way_to_its_copy_and_later_files_are_set_aside(
    doctor: Callable[..., list[str]], home: Path
) -> None:
    known = only(home, "landing")
    (home / "leads2.csv").write_text("lead_id,created_at,status\n9,2026-02-01,new\n")
    land(home)
    manifest = home / "data/landing/manifest.db"
    manifest.write_bytes(b"no database" * 1000)
    assert any("manifest.db" in line and COPY in line for line in doctor())
    doctor("--repair")
    assert only(home, "landing") == known
    assert len(list((home / "data/set-aside").rglob("*.parquet"))) == 1
    assert content(home) == [("1", "new"), ("3", "open")]
    assert manifest.with_name("manifest.db.damaged").read_bytes().startswith(b"no database")
    land(home)
    rows = duckdb.sql(f"select lead_id from '{home}/data/admitted/**/*.parquet' order by all").fetchall()
    assert rows == [("1",), ("3",), ("9",)]


def test_a_damaged_manifest_without_a_copy_is_left_as_it_is(
    doctor: Callable[..., list[str]], home: Path
) -> None:
    (home / "data/landing" / COPY).unlink()
    manifest = home / "data/landing/manifest.db"
    manifest.write_bytes(b"no database" * 1000)
    assert any("from a backup" in line for line in doctor("--repair"))
    assert manifest.read_bytes() == b"no database" * 1000


def test_damage_is_not_copied(home: Path) -> None:
    layout = load_deployment(home).layout
    copy = layout.landing / COPY
    whole = copy.read_bytes()
    layout.manifest_db.write_bytes(b"no database" * 1000)
    keep_copy(layout)
    assert copy.read_bytes() == whole


def test_the_night_that_stops_over_a_manifest_begun_anew_leaves_the_copy_that_mends_it(
    call: Call, doctor: Callable[..., list[str]], home: Path
) -> None:
    layout = load_deployment(home).layout
    layout.manifest_db.unlink()
    assert call("--home", home, "quarantine", "list").status == 0, "which begins a manifest"
    copy = (layout.landing / COPY).read_bytes()
    for _ in range(2):
        stopped = call("--home", home, "run")
        assert stopped.status == 1
        assert "it names 0 loads, its copy manifest.copy.db 1" in stopped.out + stopped.err
        assert (layout.landing / COPY).read_bytes() == copy
    doctor("--repair")
    assert [load.unit for load in Manifest(layout.manifest_db).loads()] == ["leads.csv"]
    assert "all is well" in doctor()[0]


def test_a_copy_that_names_nothing_of_what_is_landed_is_not_put_back(home: Path) -> None:
    layout = load_deployment(home).layout
    (home / "leads2.csv").write_text(LEADS)
    land(home)
    Manifest(layout.manifest_db.with_name("new.db"))
    shutil.move(layout.manifest_db.with_name("new.db"), layout.landing / COPY)
    damaged = layout.manifest_db.read_bytes()[:5000]
    layout.manifest_db.write_bytes(damaged)
    landed = sorted(layout.landing.rglob("*.parquet"))
    for _ in range(2):
        (finding,) = examine(load_deployment(home), repair=True)
        assert "it names no load, though 2 files are landed" in finding.action
        assert not finding.is_mended
    assert layout.manifest_db.read_bytes() == damaged
    assert sorted(layout.landing.rglob("*.parquet")) == landed


def cut(size: int) -> Callable[[Path], object]:
    return lambda manifest: manifest.write_bytes(manifest.read_bytes()[:size])


def begun_anew(manifest: Path) -> None:
    manifest.unlink()
    Manifest(manifest)


@pytest.mark.parametrize("has_copy", [True, False], ids=["with a copy", "without"])
@pytest.mark.parametrize(
    "lose",
    [Path.unlink, cut(0), cut(100), cut(5000), begun_anew],
    ids=["missing", "emptied", "cut in its head", "cut in its pages", "begun anew"],
)
def test_a_lost_manifest_stops_the_night_before_anything_is_landed(
    doctor: Callable[..., list[str]], home: Path, lose: Callable[[Path], object], has_copy: bool
) -> None:
    layout = load_deployment(home).layout
    (home / "leads2.csv").write_text(LEADS)
    land(home)
    keep_copy(layout)
    landed = sorted(layout.landing.rglob("*.parquet"))
    if not has_copy:
        (layout.landing / COPY).unlink()
    lose(layout.manifest_db)
    with pytest.raises((ManifestLost, ManifestError), match=r"manifest.*doctor"):
        begin_night(home)
    assert sorted(layout.landing.rglob("*.parquet")) == landed
    told = doctor("--repair")
    if has_copy:
        begin_night(home)
        assert len(Manifest(layout.manifest_db).loads()) == 2
    else:
        assert any("from a backup" in line for line in told)
    assert sorted(layout.landing.rglob("*.parquet")) == landed


def begin_night(home: Path) -> None:
    """What a night does until all is landed and judged."""
    expect_manifest(load_deployment(home).layout)
    land(home)


def test_a_backup_of_the_landing_is_restored_with_what_was_admitted(
    doctor: Callable[..., list[str]], home: Path, tmp_path: Path
) -> None:
    before, data, backup = content(home), home / "data", tmp_path / "backup"
    shutil.copytree(data / "landing", backup, ignore=shutil.ignore_patterns("manifest.db*"))
    shutil.rmtree(data)
    shutil.copytree(backup, data / "landing")
    told = doctor("--repair")
    assert [line.split()[0] for line in told[2:-1]] == ["manifest", "admitted"]
    assert content(home) == before
    assert only(home, "quarantine")
    assert "all is well" in doctor()[0]
