"""Readers while versions come and go: none ever sees an error or half a version, also when publishers are killed.

Processes of their own, as BI tools are; READERS sets how many. What a version holds is tested in
tests/unit/test_publish_*.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.publish import current, rollback, verify, versions
from tests.sample_warehouse import fetch, publish_warehouse, write_warehouse

REPOSITORY = Path(__file__).resolve().parents[2]
READERS = int(os.environ.get("READERS", "4"))

READER = """
import sys, time
from pathlib import Path
import duckdb
published, stop = Path(sys.argv[1]), Path(sys.argv[2])
reads, seen = 0, set()
while not stop.exists():
    with duckdb.connect(str(published / "closedloop.duckdb"), read_only=True) as connection:
        # Every version's label is its number of touches: two tables of different versions would not agree.
        (label,), = connection.execute("select channel from marts.dim_channel").fetchall()
        time.sleep(0.002)
        (touches, last), = connection.execute("select count(*), max(touch_id) from marts.fct_touch").fetchall()
    assert int(label) == touches, (label, touches)
    assert last == f"t{touches - 1:06d}", (last, touches)
    (rows,), = duckdb.sql(f"select count(*) from '{published}/parquet/marts/fct_touch.parquet'").fetchall()
    assert rows > 0
    reads += 1
    seen.add(label)
    time.sleep(0.02)
print(reads, len(seen))
"""

PUBLISHER = """
import sys
from pathlib import Path
from tests.sample_warehouse import publish_warehouse
print("ready", flush=True)
sys.stdin.readline()
publish_warehouse(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def start(code: str, *arguments: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def numbered(warehouse: Path, number: int) -> Path:
    """A warehouse whose label says how many touches there are."""
    return write_warehouse(warehouse, touches=number, label=str(number))


@contextmanager
def readers(published: Path, stop: Path, count: int) -> Iterator[list[tuple[int, int]]]:
    """Read in `count` processes meanwhile; the list then has reads and versions seen of each.

    Their errors fail the test.
    """
    processes = [start(READER, published, stop) for _ in range(count)]
    results: list[tuple[int, int]] = []
    try:
        yield results
    finally:
        stop.touch()
        outcomes = [process.communicate(timeout=30) for process in processes]
    for process, (output, error) in zip(processes, outcomes, strict=True):
        assert process.returncode == 0, error
        reads, seen = output.split()
        results.append((int(reads), int(seen)))


def test_readers_meet_no_error_through_twenty_publications_and_a_rollback(tmp_path: Path) -> None:
    warehouse, published = tmp_path / "warehouse.duckdb", tmp_path / "published"
    publish_warehouse(numbered(warehouse, 100), published)
    with readers(published, tmp_path / "stop", READERS) as results:
        for night in range(1, 21):
            publish_warehouse(numbered(warehouse, 100 + night), published, keep_versions=2)
        rollback(published)
        time.sleep(0.2)
    assert all(reads > 10 and seen > 3 for reads, seen in results), results
    assert verify(published) == []


def test_one_process_gets_the_new_version_while_it_still_reads_the_old(tmp_path: Path) -> None:
    warehouse, published = tmp_path / "warehouse.duckdb", tmp_path / "published"
    publish_warehouse(numbered(warehouse, 10), published)
    with duckdb.connect(str(published / "closedloop.duckdb"), read_only=True) as old:
        for number in (11, 12, 13):
            publish_warehouse(numbered(warehouse, number), published, keep_versions=1)
        assert not (published / "versions/v000001").exists()
        assert old.execute("select count(*) from marts.fct_touch").fetchone() == (10,)
        assert fetch(published / "closedloop.duckdb", "select count(*) from marts.fct_touch") == [(13,)]


def test_a_publisher_killed_at_any_moment_leaves_a_whole_version(tmp_path: Path) -> None:
    chance = random.Random(2)
    warehouse, published = tmp_path / "warehouse.duckdb", tmp_path / "published"
    publish_warehouse(numbered(warehouse, 1000), published)
    started = time.monotonic()
    publish_warehouse(numbered(warehouse, 1001), published)
    duration = time.monotonic() - started
    killed = 0
    with readers(published, tmp_path / "stop", 2) as results:
        for number in range(1002, 1014):
            before = current(published)
            publisher = start(PUBLISHER, numbered(warehouse, number), published)
            assert publisher.stdout.readline() == "ready\n", publisher.stderr.read()
            publisher.stdin.write("go\n")
            publisher.stdin.flush()
            time.sleep(chance.uniform(0, 1.5 * duration))
            publisher.kill()
            publisher.communicate()
            killed += publisher.returncode < 0
            live = current(published)
            touches = fetch(published / "closedloop.duckdb", "select count(*) from marts.fct_touch")[0][0]
            assert touches == number or live == before
            assert json.loads((published / "manifest.json").read_text())["version"] == live.version
            assert verify(published) == []
            if chance.random() < 0.5:
                publish_warehouse(warehouse, published)
                assert fetch(published / "closedloop.duckdb", "select count(*) from marts.fct_touch") == [
                    (number,)
                ]
                assert {path.name for path in (published / "versions").iterdir()} == {
                    version.version for version in versions(published)
                }
    assert killed > 0
    assert all(reads > 0 for reads, _ in results)
    assert len(versions(published)) <= 7
