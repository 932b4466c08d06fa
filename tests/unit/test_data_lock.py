"""One process at a time: refused or waiting in clear words, given back by a kill, shared within a run.

Whole nights side by side are run in the integration tests.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest

from ingestion.landing.layout import Layout
from orchestration.data_lock import InUse, NotWritable, data_folder_lock, holder
from orchestration.defs.resources import NightResource
from tests.conftest import Call
from tests.deployments import lay_out

HOLD = """
import sys
from pathlib import Path
from ingestion.landing.layout import Layout
from orchestration.data_lock import data_folder_lock
with data_folder_lock(Layout(Path(sys.argv[1])), "closedloop run") as taken:
    if sys.argv[2]:
        taken.name_run(sys.argv[2])
    print("has it", flush=True)
    sys.stdin.read()
"""
Other = Callable[..., subprocess.Popen]


@pytest.fixture
def other() -> Iterator[Other]:
    """Start another process that takes the lock and keeps it until its input is closed or it is killed."""
    started = []

    def start(root: Path, run_id: str | None = "run-1") -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, root, run_id or ""],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline() == "has it\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_the_second_is_refused_and_told_who_has_the_lock(tmp_path: Path, other: Other) -> None:
    layout, first = Layout(tmp_path), other(tmp_path)
    with pytest.raises(InUse) as refused, data_folder_lock(layout, "closedloop quarantine replay"):
        pass
    assert f"in use by closedloop run (process {first.pid}) since 20" in str(refused.value)
    assert "--wait" in str(refused.value)
    found = holder(layout)
    assert (found.process, found.run_id) == (first.pid, "run-1")


def test_it_waits_when_asked(tmp_path: Path, other: Other) -> None:
    first = other(tmp_path)
    threading.Timer(1.5, first.stdin.close).start()
    with data_folder_lock(Layout(tmp_path), "closedloop run", wait=True) as taken:
        assert first.wait(timeout=60) == 0
        assert taken.broken_off is None
    assert holder(Layout(tmp_path)) is None


def test_a_kill_gives_the_turn_back_and_the_next_knows_whose_it_was(tmp_path: Path, other: Other) -> None:
    first = other(tmp_path, "run-7")
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert holder(Layout(tmp_path)) is None
    with data_folder_lock(Layout(tmp_path), "closedloop run") as taken:
        assert (taken.broken_off.process, taken.broken_off.run_id) == (first.pid, "run-7")
        taken.acknowledge()
    with data_folder_lock(Layout(tmp_path), "closedloop run") as taken:
        assert taken.broken_off is None


def test_a_killed_run_is_kept_until_it_was_told_of_whoever_comes_between(
    tmp_path: Path, other: Other
) -> None:
    layout = Layout(tmp_path)
    for run_id in ("run-7", None):
        killed = other(tmp_path, run_id)
        killed.kill()
        killed.wait()
    with layout.lock.open("ab") as file:
        file.write(b'{"what": "cut by a full disk \xc3')
    with data_folder_lock(layout, "closedloop doctor"):
        assert holder(layout).what == "closedloop doctor"
    assert holder(layout) is None
    with data_folder_lock(layout, "a run that does not come to tell of it") as taken:
        assert taken.broken_off.run_id == "run-7"
    with data_folder_lock(layout, "closedloop run") as taken:
        assert taken.broken_off.run_id == "run-7"
        taken.acknowledge()
        taken.name_run("run-8")
    with data_folder_lock(layout, "closedloop run") as taken:
        assert taken.broken_off is None
    assert layout.lock.read_bytes() == b""


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotWritable, match=r"cannot be written to .*Not a directory.*belongs to the user"):
        data_folder_lock(Layout(tmp_path / "file/data"), "closedloop run").__enter__()


def test_a_step_shares_the_lock_of_its_run(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    with data_folder_lock(layout, "closedloop run") as outer:
        with data_folder_lock(layout, "a run of Dagster") as inner:
            assert inner is outer
        assert holder(layout).process == os.getpid()
    assert holder(layout) is None


@dg.asset
def written(nights: NightResource) -> int:
    return holder(nights.deployment.layout).process


@pytest.fixture
def home(tmp_path: Path) -> Path:
    tables = {"crm_lead": {"path": "leads.csv"}}
    return lay_out(tmp_path / "home", {"sources": {"crm": {"type": "files", "tables": tables}}})


def test_a_run_of_dagster_waits_for_the_lock_and_ends_the_killed_one(home: Path, other: Other) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        resources = {"nights": NightResource(home=str(home))}
        job = dg.Definitions([written], jobs=[dg.define_asset_job("any")], resources=resources)
        killed = instance.create_run_for_job(job.resolve_job_def("any"))
        instance.report_dagster_event(
            dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, "any"), run_id=killed.run_id
        )
        first = other(home / "data", killed.run_id)
        threading.Timer(1.5, first.kill).start()
        result = dg.materialize([written], resources=resources, instance=instance)
        assert result.output_for_node("written") == os.getpid()
        assert first.wait() == -signal.SIGKILL
        assert instance.get_run_by_id(killed.run_id).status is dg.DagsterRunStatus.FAILURE
    with data_folder_lock(Layout(home / "data"), "closedloop run") as taken:
        assert taken.broken_off is None
    assert holder(Layout(home / "data")) is None


RUN = """
import sys
import dagster as dg
from orchestration.defs.resources import NightResource

@dg.asset
def slow(nights: NightResource) -> None:
    print("at work", flush=True)
    sys.stdin.read()

with dg.DagsterInstance.ephemeral() as instance:
    dg.materialize([slow], resources={"nights": NightResource(home=sys.argv[1])}, instance=instance)
"""


def test_a_run_of_dagster_keeps_commands_out_and_another_run_waiting(home: Path, call: Call) -> None:
    first, second = (
        subprocess.Popen(
            [sys.executable, "-c", RUN, home],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(2)
    )
    try:
        told, _, _ = select.select([first.stdout, second.stdout], [], [], 120)
        (at_work,) = (process for process in (first, second) if process.stdout in told)
        waiting = second if at_work is first else first
        for command in (("run",), ("quarantine", "replay"), ("doctor",)):
            result = call("--home", home, *command)
            assert result.status == 1
            assert f"is in use by a run of Dagster (process {at_work.pid})" in result.err
            assert "or wait for it with --wait" in result.err
        assert select.select([waiting.stdout], [], [], 0)[0] == []
        at_work.stdin.close()
        assert waiting.stdout.readline() == "at work\n"
        assert at_work.wait(timeout=60) == 0
        waiting.stdin.close()
        assert waiting.wait(timeout=60) == 0
    finally:
        for process in (first, second):
            process.kill()
            process.wait()


def test_commands_refuse_while_another_process_writes(home: Path, other: Other, call: Call) -> None:
    other(home / "data")
    for command in (("run",), ("quarantine", "replay")):
        result = call("--home", home, *command)
        assert result.status == 1
        assert "is in use by closedloop run" in result.err
