"""Looking into the warehouse file: what is told of its tables, and of how many records on a night builds on it.

What else keeps a night from building on it is tested with the nights themselves.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.transform import warehouse
from orchestration.transform.warehouse import (
    begin_building,
    builds_on_former,
    connect,
    count_rows,
    finished_night,
    in_one_transaction,
    mark_built,
    note_night,
    unusable,
)

HOLDER = """
import sys, duckdb
with duckdb.connect(sys.argv[1]) as connection:
    print("open", flush=True)
    sys.stdin.read()
"""


def test_rows_are_counted_after_some_were_replaced(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with connect(path, "1GB", 1) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.journey as select range as number from range(1000)")
        connection.execute("create view marts.long as select * from marts.journey where number > 500")
        connection.execute('create table "order" as select 1 as number where false')
    with connect(path, "1GB", 1) as connection:
        connection.execute("delete from marts.journey where number < 300")
        connection.execute("insert into marts.journey select range from range(100)")
    assert count_rows(path) == {("marts", "journey"): 800, ("main", "order"): 0}


def test_a_warehouse_without_tables_has_no_rows(tmp_path: Path) -> None:
    with connect(tmp_path / "warehouse.duckdb", "1GB", 1):
        pass
    assert count_rows(tmp_path / "warehouse.duckdb") == {}


@pytest.mark.parametrize(("records", "is_sliced"), [(29, False), (30, True)])
def test_a_small_company_is_built_anew_every_night(
    records: int, is_sliced: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warehouse, "SLICED_FROM", 30)
    path, evening = tmp_path / "warehouse.duckdb", datetime(2026, 7, 1)
    for night in range(2):
        with connect(path, "1GB", 1) as connection:
            connection.execute("create schema if not exists landing")
            connection.execute("create schema if not exists intermediate")
            note_night(connection, "run", evening + timedelta(days=night), "inputs", "rules", True)
            connection.execute(
                "create or replace table intermediate.int_identity__records as "
                f"select range as node from range({records})"
            )
        assert builds_on_former(path) == (night == 1 and is_sliced)
        mark_built(path)


@pytest.mark.parametrize(("vars_now", "builds_on"), [("vars", True), ("others", False)])
def test_models_built_under_other_vars_than_the_night_was_noted_with_build_on_nothing(
    vars_now: str, builds_on: bool, tmp_path: Path
) -> None:
    """A night failed, vars were edited, and its models were asked for again; then the vars were put back."""
    path, evening = tmp_path / "warehouse.duckdb", datetime(2026, 7, 1)
    for night in range(2):
        with connect(path, "1GB", 1) as connection:
            connection.execute("create schema if not exists landing")
            note_night(connection, "run", evening + timedelta(days=night), "inputs", "vars", True)
        if night == 0:
            mark_built(path)
    assert begin_building(path, vars_now) == evening + timedelta(days=1)
    assert builds_on_former(path) == builds_on
    mark_built(path)
    assert (finished_night(path)[1] == "inputs") == builds_on, (
        "or it would pass for a night under the vars before"
    )
    with connect(path, "1GB", 1) as connection:
        note_night(connection, "run", evening + timedelta(days=2), "inputs", "vars", True)
    assert builds_on_former(path) == builds_on


@pytest.fixture
def noted(tmp_path: Path) -> Path:
    """A warehouse in which a night was noted."""
    path = tmp_path / "warehouse.duckdb"
    with connect(path, "1GB", 1) as connection:
        connection.execute("create schema landing")
        note_night(connection, "run", datetime(2026, 7, 1), "inputs", "rules", False)
    return path


def test_a_damaged_block_makes_a_warehouse_unusable(noted: Path) -> None:
    sound, told = noted.read_bytes(), set()
    # Past the three headers, one bit of every 16 kB: some blocks are not read to tell which night it is.
    for position in range(3 * 4096, len(sound), 16384):
        noted.write_bytes(sound[:position] + bytes([sound[position] ^ 1]) + sound[position + 1 :])
        told.add(unusable(noted))
    found = [reason for reason in told if reason is not None]
    assert found
    assert all("cannot be read (IO Error: Corrupt database file" in reason for reason in found)


def test_a_warehouse_that_another_program_has_open_is_not_unusable(noted: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(noted)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(duckdb.IOException, match="lock"), connect(noted, "1GB", 1):
            pass
        assert unusable(noted) is None
        holder.stdin.close()
    assert unusable(noted) is None


def test_what_is_begun_and_broken_off_leaves_the_warehouse_as_it_was(noted: Path) -> None:
    with (
        pytest.raises(duckdb.CatalogException),
        connect(noted, "1GB", 1) as connection,
        in_one_transaction(connection),
    ):
        connection.execute(
            "create table landing.load (load_id text); create table landing.night (run_id text)"
        )
    with connect(noted, "1GB", 1) as connection, in_one_transaction(connection):
        connection.execute("create table landing.verdict as select 1 as load_id")
    assert count_rows(noted) == {("landing", "night"): 1, ("landing", "verdict"): 1}
