"""Extraction when something is in its way: errors that pass, a window read again, files that arrive, late data.

What a file is and how it lands is tested in the units.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import fsspec
import pytest

from ingestion.landing.manifest import Manifest
from ingestion.sources.files import ChangedWhileRead, delimited
from ingestion.sources.files.discovery import File
from ingestion.sources.files.errors import UnreadableFile, may_pass
from orchestration.defs.automation import NIGHTLY, new_files
from orchestration.freshness import freshness
from orchestration.settings import now
from orchestration.upkeep.retention import forget
from tests.conftest import Call
from tests.integration.leads import LEADS, deployment, landed


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """Errors that opening a file raises, one after the other, before it works again."""
    errors: list[Exception] = []
    opened = File.open

    def open_(file: File) -> Any:
        if errors:
            raise errors.pop(0)
        return opened(file)

    monkeypatch.setattr(File, "open", open_)
    return errors


def test_an_error_that_passes_is_tried_again(tmp_path: Path, failing: list[Exception]) -> None:
    made = deployment(tmp_path)
    (tmp_path / "leads.csv").write_text(LEADS)
    failing += [OSError(5, "Input/output error"), ConnectionResetError(), TimeoutError()]
    assert landed(made) == ["1", "2", "3"]
    assert failing == []


def test_what_was_landed_before_an_error_stays_and_is_told_once(
    tmp_path: Path, failing: list[Exception]
) -> None:
    made = deployment(tmp_path, retries=1)
    for at, name in enumerate(("leads-a.csv", "leads-b.csv")):
        (tmp_path / name).write_text(LEADS + f"{name},2026-04-01,2026-04-01\n")
        os.utime(tmp_path / name, (at, at))
    failing.append(OSError(5, "Input/output error"))
    assert landed(made) == ["1", "2", "3", "leads-a.csv", "1", "2", "3", "leads-b.csv"]
    assert len(Manifest(made.layout.manifest_db).loads()) == 2


@pytest.fixture
def changing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """What `leads.csv` becomes each time it was read to its end: its new text, or None where it goes away."""
    texts: list[str | None] = []
    read = delimited.read

    def read_and_change(*arguments: Any) -> Iterator[Any]:
        yield from read(*arguments)
        if texts:
            text = texts.pop(0)
            (tmp_path / "leads.csv").unlink()
            if text is not None:
                (tmp_path / "leads.csv").write_text(text)

    monkeypatch.setattr(delimited, "read", read_and_change)
    return texts


def test_a_file_that_changes_while_read_is_landed_once_it_stays(
    tmp_path: Path, changing: list[str | None]
) -> None:
    made = deployment(tmp_path)
    (tmp_path / "leads.csv").write_text(LEADS)
    changing += [LEADS + "4,2026", LEADS + "4,2026-04-01,2026-04-01\n"]
    assert landed(made) == ["1", "2", "3", "4"]
    (load,) = Manifest(made.layout.manifest_db).loads()
    assert (load.rows, load.unreadable) == (4, 0)
    assert len(list(made.layout.landing.rglob("*.parquet"))) == 1


def test_a_file_that_never_stays_or_goes_away_is_not_landed(
    tmp_path: Path, changing: list[str | None]
) -> None:
    made = deployment(tmp_path, retries=2)
    (tmp_path / "leads.csv").write_text(LEADS)
    changing += [LEADS + "4,2026", LEADS + "4,2026-04", LEADS + "4,2026-04-01"]
    with pytest.raises(ChangedWhileRead, match=r"leads.csv: found that it changed while it was being read"):
        landed(made)
    changing += [None]
    assert landed(made) == [], "there is none any more when it is tried again"
    assert Manifest(made.layout.manifest_db).loads() == []
    assert list(made.layout.landing.rglob("*.parquet*")) == []


def test_it_gives_up_after_the_retries_and_at_once_over_content(
    tmp_path: Path, failing: list[Exception]
) -> None:
    made = deployment(tmp_path, retries=1)
    (tmp_path / "leads.csv").write_text(LEADS)
    failing += [OSError(5, "Input/output error")] * 3
    with pytest.raises(UnreadableFile, match="Input/output error"):
        landed(made)
    assert len(failing) == 1
    failing[:] = [PermissionError(13, "Permission denied")] * 2
    with pytest.raises(UnreadableFile, match="Permission denied"):
        landed(made)
    assert len(failing) == 1
    assert not may_pass(OSError("Corrupt snappy compressed data."), is_local=True)


class Unanswered(Exception):
    """What a library over a network raises: none of the system's errors."""


@pytest.mark.parametrize("asked", ["isfile", "info", "open"])
def test_errors_of_a_storage_are_tried_again_whichever_its_library_raises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    storage = fsspec.filesystem("memory")
    storage.pipe("/extraction/leads.csv", LEADS.encode())
    errors: list[Exception] = []
    answered = getattr(type(storage), asked)

    def answer(*arguments: Any, **named: Any) -> Any:
        if errors:
            raise errors.pop(0)
        return answered(*arguments, **named)

    monkeypatch.setattr(type(storage), asked, answer)
    made = deployment(tmp_path, {"path": "memory://extraction/leads.csv"}, retries=2)
    errors += [Unanswered("reset by peer"), Unanswered("reset by peer")]
    assert landed(made) == ["1", "2", "3"]
    assert errors == []

    storage.pipe("/extraction/leads.csv", LEADS.replace("1,", "9,").encode())
    errors += [Unanswered("reset by peer")] * 4
    with pytest.raises(UnreadableFile, match=r"Unanswered: reset by peer"):
        landed(made)
    assert len(errors) == 1
    errors[:] = [ValueError("no such region")] * 2
    with pytest.raises(UnreadableFile, match="no such region"):
        landed(made)
    assert len(errors) == 1


def test_without_a_cursor_the_files_landed_since_are_read_again(tmp_path: Path) -> None:
    made = deployment(tmp_path)
    (tmp_path / "leads.csv").write_text(LEADS)
    assert landed(made) == ["1", "2", "3"]
    assert landed(made, now() + timedelta(days=1)) == []
    assert landed(made, now() - timedelta(days=1)) == ["1", "2", "3"]
    assert landed(made) == []


def test_the_sensor_asks_for_one_run_once_files_stay_as_they_are(tmp_path: Path) -> None:
    made = deployment(tmp_path)
    sensor, cursor = new_files(made), None

    def asked() -> int:
        nonlocal cursor
        with (
            dg.DagsterInstance.ephemeral() as instance,
            dg.build_sensor_context(instance, cursor) as context,
        ):
            told = sensor.evaluate_tick(context)
        cursor = told.cursor
        return len(told.run_requests)

    (tmp_path / "leads.csv").write_text(LEADS)
    assert [asked() for _ in range(4)] == [0, 1, 0, 0]
    (tmp_path / "leads.csv").write_text(LEADS + "4,2026-04-01,\n")
    assert asked() == 0
    (tmp_path / "leads.csv").write_text(LEADS + "4,2026-04-01,2026-04-01\n")
    assert [asked() for _ in range(3)] == [0, 1, 0]
    assert sensor.default_status is dg.DefaultSensorStatus.STOPPED


@pytest.mark.parametrize("is_asked_for", [True, False])
def test_a_run_for_files_that_failed_is_asked_for_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_asked_for: bool
) -> None:
    (tmp_path / "leads.csv").write_text(LEADS)
    sensor, cursor, began = new_files(deployment(tmp_path)), None, now()

    @dg.job(name=NIGHTLY)
    def failing_night() -> None:
        dg.op(name="fails")(lambda: 1 / 0)()

    with dg.DagsterInstance.ephemeral() as instance:

        def look(hours: int = 0) -> list[dg.RunRequest]:
            nonlocal cursor
            monkeypatch.setattr("orchestration.defs.automation.now", lambda: began + timedelta(hours=hours))
            with dg.build_sensor_context(instance, cursor) as context:
                told = sensor.evaluate_tick(context)
            cursor = told.cursor
            return told.run_requests

        def fail(tags: dict[str, str]) -> None:
            assert not failing_night.execute_in_process(
                instance=instance, raise_on_error=False, tags=tags
            ).success

        look()
        (first,) = look()
        fail(first.tags if is_asked_for else {})
        assert look() == []
        again = look(hours=2)
        assert len(again) == is_asked_for
        for one in again:
            fail(one.tags)
        assert look(hours=9) == []


def test_late_data_are_told(tmp_path: Path, call: Call) -> None:
    made = deployment(tmp_path, {"expected_hours": 24})
    (never,) = freshness(made, now())
    assert never.is_late
    (tmp_path / "leads.csv").write_text(LEADS)
    landed(made)
    assert [one.is_late for one in freshness(made, now() + timedelta(hours=23))] == [False]
    (late,) = freshness(made, now() + timedelta(hours=25))
    assert str(late) == "crm_lead of crm: nothing new for 25.0 hours, expected every 24"
    assert "expected within" in call("--home", tmp_path, "status").out


def test_old_logs_and_runs_are_forgotten_and_rows_are_not(tmp_path: Path) -> None:
    made = deployment(tmp_path, keep_days=30)
    (tmp_path / "leads.csv").write_text(LEADS)
    landed(made)
    recent, old = (made.layout.runs / f"{now() - timedelta(days=days):%Y%m%dT%H%M%SZ}" for days in (10, 40))
    for folder in (recent, old):
        folder.mkdir(parents=True)
    with dg.DagsterInstance.ephemeral() as instance:
        run_id = dg.materialize([anything], instance=instance).run_id
        forget(made, instance, now())
        assert list(made.layout.runs.iterdir()) == [recent]
        assert instance.has_run(run_id)
        forget(made, instance, now() + timedelta(days=31))
        assert not instance.has_run(run_id)
    assert list(made.layout.runs.iterdir()) == []
    assert len(list(made.layout.landing.rglob("*.parquet"))) == 1


@dg.asset
def anything() -> None:
    """A run to forget."""
