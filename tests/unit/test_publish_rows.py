"""Rows of long tables from version to version: those that differ are changed, whatever happened to them.

Which files are written and taken over is tested in test_publish_files.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.publish import content, verify
from tests.sample_warehouse import fetch, publish_warehouse, write_warehouse

ROWS = "select * from marts.fct_touch order by all"


@pytest.fixture(autouse=True)
def _long_at_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "SORTED_ROWS", 10)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return write_warehouse(tmp_path / "warehouse.duckdb", touches=200)


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return tmp_path / "published"


def night(warehouse: Path, published: Path, *changes: str) -> None:
    """Change the warehouse and publish it; everything must be there then, in the database and as Parquet."""
    with duckdb.connect(str(warehouse)) as connection:
        for change in changes:
            connection.execute(change)
    publish_warehouse(warehouse, published)
    wanted = fetch(warehouse, ROWS)
    assert fetch(published / "closedloop.duckdb", ROWS) == wanted
    files = published / "parquet/marts"
    glob = files / "fct_touch/*.parquet" if (files / "fct_touch").is_dir() else files / "fct_touch.parquet"
    assert duckdb.sql(f"select * from '{glob}' order by all").fetchall() == wanted
    assert verify(published) == []


def last(published: Path, count: int) -> set[str]:
    """The rows that come last in the file: those written last."""
    rows = fetch(
        published / "closedloop.duckdb",
        f"select touch_id from marts.fct_touch order by rowid desc limit {count}",
    )
    return {touch_id for (touch_id,) in rows}


@pytest.mark.parametrize("part_rows", [10, 1000], ids=["cut by month", "in one part"])
def test_rows_that_differ_are_changed_and_no_others(
    warehouse: Path, published: Path, part_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "PART_ROWS", part_rows)
    night(warehouse, published)
    night(
        warehouse,
        published,
        "update marts.fct_touch set cents = cents + 1 where touch_id in ('t000003', 't000150')",
        "delete from marts.fct_touch where touch_id = 't000004'",
        "update marts.fct_touch set occurred_at = null where touch_id = 't000007'",
    )
    assert last(published, 3) == {"t000003", "t000150", "t000007"}
    night(
        warehouse,
        published,
        "insert into marts.fct_touch values ('late', 'p2', '2026-02-28', 7)",
        "update marts.fct_touch set occurred_at = timestamp '2026-04-01' where touch_id = 't000007'",
    )
    assert last(published, 2) == {"late", "t000007"}
    night(warehouse, published, "update marts.dim_channel set channel = 'b'")
    assert last(published, 2) == {"late", "t000007"}


def test_a_table_of_which_most_rows_differ_is_written_anew(warehouse: Path, published: Path) -> None:
    night(warehouse, published)
    night(warehouse, published, "update marts.fct_touch set cents = cents + 1 where touch_id >= 't000050'")
    assert last(published, 200) == {f"t{number:06d}" for number in range(200)}
    night(warehouse, published, "delete from marts.fct_touch where touch_id < 't000195'")


def test_equal_rows_are_counted(warehouse: Path, published: Path) -> None:
    """They have one hash, so that none seems to be missing or too many."""
    for change in (
        "insert into marts.fct_touch from marts.fct_touch where touch_id < 't000010'",
        "insert into marts.fct_touch from marts.fct_touch where touch_id < 't000010'",
        "delete from marts.fct_touch where rowid >= 205",
        "update marts.fct_touch set touch_id = 't000100' where touch_id = 't000101'",
    ):
        night(warehouse, published, change)


def test_a_table_does_not_wear_out(warehouse: Path, published: Path) -> None:
    """Nights that change a fifth of the rows each leave fewer deleted ones than would add up."""
    change = "insert into marts.fct_touch select 'x' || n, 'p', null, n % 5 from range(150000) as t (n)"
    for number in range(6):
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute(change)
        publish_warehouse(warehouse, published)
        change = f"update marts.fct_touch set person_id = 'q' where cents = {number}"
    held = "select count(*), max(rowid) + 1 from marts.fct_touch"
    rows, places = fetch(published / "closedloop.duckdb", held)[0]
    assert rows == 150_200
    assert places <= 1.5 * rows


def test_nobody_who_was_erased_is_left_in_a_corner_of_the_restricted_file(
    warehouse: Path, published: Path
) -> None:
    others = "insert into restricted.dim_person select 'q' || i, i || '@example.org' from range(20) as n (i)"
    night(write_warehouse(warehouse, email="ada.lovelace@example.com"), published, others)
    assert b"ada.lovelace@example.com" in (published / "closedloop_restricted.duckdb").read_bytes()
    night(warehouse, published, "delete from restricted.dim_person where person_id = 'p1'")
    restricted = published / "closedloop_restricted.duckdb"
    assert b"ada.lovelace@example.com" not in restricted.read_bytes()
    assert fetch(restricted, "select count(*) from restricted.dim_person") == [(20,)]
