"""Nights killed at random moments: the next one finishes, and publishes what an undisturbed one does.

Processes of their own die by SIGKILL while readers look on. CRASHES sets how many nights die.
"""

from __future__ import annotations

import json
import logging
import math
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from ingestion.landing.layout import Layout
from ingestion.landing.manifest import Manifest
from orchestration.publish import current, verify
from orchestration.transform import warehouse
from tests.deployments import lay_out, night, published, sample

CRASHES = int(os.environ.get("CRASHES", "4"))
EVENING, MORNING = datetime(2026, 6, 29), datetime(2026, 7, 1)

# Every night runs in a fresh process; that it need not import everything anew leaves more of it to be killed.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    [__name__, "dbt.cli.main", "great_expectations", "orchestration.definitions"]
)

READER = """
import json, sys, time
from pathlib import Path
import duckdb
database, stop, seen = Path(sys.argv[1]) / "closedloop.duckdb", Path(sys.argv[2]), set()
while not stop.exists():
    if database.exists():
        with duckdb.connect(str(database), read_only=True) as connection:
            names = "select table_schema || '.' || table_name from information_schema.tables order by 1"
            tables = [name for name, in connection.execute(names).fetchall()]
            content = "select count(*), bit_xor(hash(row)) from {} as row"
            rows = [connection.execute(content.format(table)).fetchone() for table in tables]
        seen.add(json.dumps([tables, rows]))
    time.sleep(0.2)
print(json.dumps(sorted(seen)))
"""


@dataclass(frozen=True)
class Start:
    """A deployment before a night, the night's moment, and the undisturbed one: its deployment and its seconds of work.

    Seconds of the processor, not of the clock: they are nearly the same however busy the machine is.
    """

    home: Path
    as_of: datetime
    undisturbed: Path
    seconds: float


def run(home: Path, as_of: datetime, said: Path) -> None:
    """A night in the process this is called in; `said` names every part of the pipeline that had something to tell."""
    logger = logging.getLogger("closedloop")
    logger.addHandler(logging.FileHandler(said))
    logger.handlers[-1].setFormatter(logging.Formatter("%(name)s"))
    logger.setLevel(logging.DEBUG)
    warehouse.SLICED_FROM = 0  # this process has no fixture of the tests
    outcome = night(home, as_of)
    if not outcome.succeeded:
        raise SystemExit(f"the night failed: {outcome.failures}")
    (said.parent / "seconds").write_text(str(time.process_time()))


def begin(home: Path, as_of: datetime) -> BaseProcess:
    process = PROCESSES.Process(target=run, args=(home, as_of, home / "said"))
    process.start()
    return process


def finish(home: Path, as_of: datetime) -> float:
    """Run a night to its end; the seconds of work it took."""
    process = begin(home, as_of)
    process.join()
    assert process.exitcode == 0
    return float((home / "seconds").read_text())


def kill(home: Path, as_of: datetime, seconds: float) -> str | None:
    """Kill a night after `seconds` of work; which part was at it, None when the night had ended by then."""
    (home / "said").unlink(missing_ok=True)
    process = begin(home, as_of)
    while process.is_alive() and worked(process) < seconds:
        time.sleep(0.005)
    process.kill()
    process.join()
    if process.exitcode == 0:
        return None
    assert process.exitcode == -9
    said = (home / "said").read_text().split() if (home / "said").exists() else []
    return said[-1] if said else "before the landing"


def worked(process: BaseProcess) -> float:
    """Seconds that a process has worked; infinitely many once it has ended."""
    try:
        found = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return math.inf
    return (int(found[11]) + int(found[12])) / os.sysconf("SC_CLK_TCK")


def content(home: Path) -> dict[str, str]:
    """The content of everything published, and of each open table."""
    publication = current(home / "data/published")
    return {"all": publication.content} | {table.full_name: table.content for table in publication.tables}


def loads(home: Path) -> list[tuple]:
    """What the landing holds and what gate 1 made of it."""
    return sorted(
        (load.table, load.unit, load.rows, load.state, load.admitted_rows, load.quarantined_rows)
        for load in Manifest(Layout(home / "data").manifest_db).loads()
    )


def copied(home: Path, target: Path) -> Path:
    return shutil.copytree(home, target, symlinks=True)


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> list[Start]:
    """A deployment that never ran, and one that has a version to replace."""
    folder = tmp_path_factory.mktemp("undisturbed")
    new = sample(folder / "new", nights=2)
    evening = copied(new, folder / "evening")
    first = Start(new, EVENING, evening, finish(evening, EVENING))
    morning = copied(evening, folder / "morning")
    return [first, Start(evening, MORNING, morning, finish(morning, MORNING))]


@contextmanager
def reader(published: Path, stop: Path) -> Iterator[list[str]]:
    """Read everything published in a loop meanwhile; the list then has every state that was seen."""
    process = subprocess.Popen(
        [sys.executable, "-c", READER, str(published), str(stop)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    seen: list[str] = []
    try:
        yield seen
    finally:
        stop.touch()
        output, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    seen.extend(json.loads(output))


def test_nights_killed_at_any_moment_lose_nothing_and_double_nothing(
    starts: list[Start], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(CRASHES)
    at_work = []
    for crash in range(CRASHES):
        start = starts[crash % len(starts)]
        home = copied(start.home, tmp_path / f"crash-{crash}")
        with reader(home / "data/published", tmp_path / f"stop-{crash}") as seen:
            # Spread evenly over the night, each somewhere in its share of it.
            at_work.append(kill(home, start.as_of, start.seconds * (crash + chance.random()) / CRASHES))
            if chance.random() < 0.2:
                at_work.append(kill(home, start.as_of, start.seconds * chance.random()))
            finish(home, start.as_of)
            time.sleep(0.5)
        assert content(home) == content(start.undisturbed)
        assert loads(home) == loads(start.undisturbed)
        assert verify(home / "data/published") == []
        assert not [path for path in home.rglob("*") if path.name.endswith((".partial", ".link"))]
        # Whole versions only: the one before, where there was one, and the one after.
        assert 1 <= len(seen) <= len(list((home / "data/published/versions").iterdir()))
        shutil.rmtree(home)
    killed = [part for part in at_work if part is not None]
    assert len(killed) >= CRASHES / 2
    with capsys.disabled():
        print(f"\nkilled at work: { {part: killed.count(part) for part in sorted(set(killed))} }")


def test_rows_of_a_night_broken_off_as_it_is_noted_are_taken_up_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = {"crm_lead": {"path": "leads*.csv"}}
    home = lay_out(tmp_path / "home", {"sources": {"crm": {"type": "files", "tables": tables}}})
    (home / "leads1.csv").write_text("lead_id,created_at\n1,2026-01-01\n2,2026-01-02\n3,2026-01-03\n")
    assert night(home, EVENING).succeeded
    (home / "leads2.csv").write_text("lead_id,created_at\n9,2026-02-01\n")

    def broken_off(*_: object) -> None:
        raise RuntimeError("broken off")

    with monkeypatch.context() as patched:
        patched.setattr("orchestration.defs.transform.note_night", broken_off)
        assert not night(home, MORNING).succeeded
    assert night(home, MORNING).succeeded
    leads = published(home, "select lead_id from marts.fct_lead_to_deal order by all")
    assert leads == [("1",), ("2",), ("3",), ("9",)]
