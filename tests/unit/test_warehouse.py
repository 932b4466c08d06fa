"""Looking into the warehouse file: what is told of its tables.

Which nights may build on it is tested with the nights themselves.
"""

from __future__ import annotations

from pathlib import Path

from orchestration.transform.warehouse import connect, count_rows


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
