"""Looking into the warehouse file: what is told of its tables, and of how many records on a night builds on it.

What else keeps a night from building on it is tested with the nights themselves.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orchestration.transform import warehouse
from orchestration.transform.warehouse import builds_on_former, connect, count_rows, mark_built, note_night


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
