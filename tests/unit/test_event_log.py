"""Dagster's event log over connections that stay open: nothing told is lost by a kill, and others see it at once.

What a night tells Dagster is the business of the integration tests.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy
from dagster._core.storage.event_log.schema import SqlEventLogStorageMetadata

from orchestration.defs.event_log import EventLog

KEY = dg.AssetKey("table")
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
KILLED = """
import os, signal, sys
import dagster as dg
from tests.unit.test_event_log import remembering
with remembering(sys.argv[1]) as instance:
    for number in range(3):
        instance.report_runless_asset_event(dg.AssetMaterialization("table", metadata={"number": number}))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def remembering(folder: Path | str) -> dg.DagsterInstance:
    """An instance whose event log is the deployment's kind."""
    log = {"module": EventLog.__module__, "class": EventLog.__name__, "config": {"base_dir": str(folder)}}
    overrides = {"event_log_storage": log, "telemetry": {"enabled": False}}
    return dg.DagsterInstance.local_temp(str(folder), overrides=overrides)


@dg.asset(check_specs=[dg.AssetCheckSpec("sound", asset="table")])
def table() -> dg.MaterializeResult:
    return dg.MaterializeResult(
        metadata={"rows": 3}, check_results=[dg.AssetCheckResult(check_name="sound", passed=True)]
    )


def run(instance: dg.DagsterInstance) -> str:
    return dg.materialize([table], instance=instance, run_config=QUIET).run_id


def materializations(instance: dg.DagsterInstance) -> list[str]:
    return [record.run_id for record in instance.fetch_materializations(KEY, limit=10).records]


def test_another_process_sees_the_asset_and_its_check_while_the_first_has_the_file_open(
    tmp_path: Path,
) -> None:
    with remembering(tmp_path) as first, remembering(tmp_path) as second:
        run_id = run(first)
        assert materializations(second) == [run_id]
        (check,) = second.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(KEY, "sound"), limit=10
        )
        assert (check.run_id, check.status.value) == (run_id, "SUCCEEDED")


def test_events_do_not_open_the_file_again(tmp_path: Path) -> None:
    """Opening and closing it costs ten times what storing an event does."""
    with remembering(tmp_path) as instance:
        run(instance)
        opened = []

        def note(connection: sqlite3.Connection, _record: object) -> None:
            opened.append(_file(connection))

        sqlalchemy.event.listen(sqlalchemy.Pool, "connect", note)
        try:
            run(instance)
        finally:
            sqlalchemy.event.remove(sqlalchemy.Pool, "connect", note)
    assert opened
    assert not [name for name in opened if name == "event_log.db"]


def _file(connection: sqlite3.Connection) -> str:
    return Path(connection.execute("pragma database_list").fetchone()[2]).name


def test_a_killed_process_loses_no_event(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path], env={**os.environ}, check=False)
    assert killed.returncode == -signal.SIGKILL
    with remembering(tmp_path) as instance:
        records = instance.fetch_materializations(KEY, limit=10).records
        assert [record.asset_materialization.metadata["number"].value for record in records] == [2, 1, 0]


def test_a_log_that_a_kill_left_half_made_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(SqlEventLogStorageMetadata, "create_all", lambda _engine: os._exit(1))
        process = multiprocessing.get_context("fork").Process(target=EventLog, args=(str(tmp_path),))
        process.start()
        process.join()
        assert process.exitcode == 1
    with remembering(tmp_path) as instance:
        assert materializations(instance) == []
        run_id = run(instance)
        assert materializations(instance) == [run_id]


def test_a_log_that_another_process_made_meanwhile_keeps_what_it_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with remembering(tmp_path) as first:
        run_id = run(first)
        # The second looked for the file before the first had made it.
        monkeypatch.setattr(os.path, "exists", lambda _path: False)
        second = EventLog(str(tmp_path))
        monkeypatch.undo()
        assert [entry.run_id for entry in second.get_logs_for_run(run_id)]
        second.dispose()


def test_a_run_that_is_forgotten_leaves_nothing_of_its_log(tmp_path: Path) -> None:
    with remembering(tmp_path) as instance:
        old, new = run(instance), run(instance)
        instance.delete_run(old)
        assert instance.all_logs(old) == []
        assert materializations(instance) == [new]


def test_whoever_watches_a_run_is_told_of_what_another_process_stores(tmp_path: Path) -> None:
    told, heard = threading.Event(), []

    def tell(entry: dg.EventLogEntry, _cursor: str) -> None:
        heard.append(entry.run_id)
        told.set()

    with remembering(tmp_path) as page, remembering(tmp_path) as night:
        run_id = run(night)
        page.event_log_storage.watch(run_id, None, tell)
        assert told.wait(10)
        page.event_log_storage.end_watch(run_id, tell)
    assert set(heard) == {run_id}
