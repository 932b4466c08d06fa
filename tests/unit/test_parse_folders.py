"""Which parses of the models stay: a folder per state of the code, made once and used by every night of that code."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ingestion.landing.layout import Layout
from orchestration.transform import parsed_project

DAY = 86_400


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of parses of a project that has none yet, and whose parse is one file."""
    project = tmp_path / "dbt_project"
    folder = project / "target" / "ready"
    folder.mkdir(parents=True)
    monkeypatch.setattr(parsed_project, "PROJECT", project)
    monkeypatch.setattr(
        parsed_project, "_parse", lambda folder, _layout: (folder / "manifest.json").write_text("{}")
    )
    return folder


def left(ready: Path, name: str, age: float) -> Path:
    """A folder that was last used so many seconds ago."""
    folder = ready / name
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    os.utime(folder, (time.time() - age,) * 2)
    return folder


def names(ready: Path) -> set[str]:
    return {folder.name for folder in ready.iterdir()}


def test_a_new_parse_removes_those_of_former_code(ready: Path, tmp_path: Path) -> None:
    for age in range(2, 8):
        left(ready, f"unused-for-{age}-days", age * DAY)
    new = parsed_project.parsed_folder(Layout(tmp_path / "data"))
    assert names(ready) == {new.name, "unused-for-2-days", "unused-for-3-days", "unused-for-4-days"}
    assert (new / "manifest.json").exists()


def test_parses_in_use_stay_however_many(ready: Path, tmp_path: Path) -> None:
    used = {left(ready, f"used-{hours}-hours-ago", hours * 3_600).name for hours in range(1, 8)}
    new = parsed_project.parsed_folder(Layout(tmp_path / "data"))
    assert names(ready) == {new.name, *used}


def test_a_parse_is_in_use_when_it_is_asked_for(ready: Path, tmp_path: Path) -> None:
    layout = Layout(tmp_path / "data")
    new = parsed_project.parsed_folder(layout)
    os.utime(new, (0, 0))
    assert parsed_project.parsed_folder(layout) == new
    assert new.stat().st_mtime > time.time() - DAY


def test_a_parse_broken_off_is_removed_and_one_at_work_is_not(ready: Path, tmp_path: Path) -> None:
    left(ready, "parsing-killed", 2 * 3_600)
    left(ready, "parsing-at-work", 60)
    new = parsed_project.parsed_folder(Layout(tmp_path / "data"))
    assert names(ready) == {new.name, "parsing-at-work"}


def test_of_two_parses_at_once_the_first_stays(
    ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = Layout(tmp_path / "data")

    def overtaken(folder: Path, _layout: Layout) -> None:
        (folder / "manifest.json").write_text("the second")
        monkeypatch.setattr(
            parsed_project, "_parse", lambda folder, _: (folder / "manifest.json").write_text("the first")
        )
        parsed_project.parsed_folder(layout)

    monkeypatch.setattr(parsed_project, "_parse", overtaken)
    kept = parsed_project.parsed_folder(layout)
    assert names(ready) == {kept.name}
    assert (kept / "manifest.json").read_text() == "the first"
