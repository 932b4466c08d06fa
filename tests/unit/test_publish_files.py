"""The files of a version: what they hold and don't, who may read them, and what is taken over from the former version.

Versions among each other are tested in test_publish_versions.
"""

from __future__ import annotations

import stat
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from orchestration.publish import content, verify
from tests.sample_warehouse import fetch, publish_warehouse, write_warehouse

TABLES = [
    ("marts", "dim_channel"),
    ("marts", "fct_touch"),
    ("marts", "touch_days"),
    ("reports", "rpt_ledger"),
]


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return write_warehouse(tmp_path / "warehouse.duckdb")


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return tmp_path / "published"


@pytest.fixture
def cut_at_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if tables were long: cut, and their rows in the order they were built in."""
    monkeypatch.setattr(content, "PART_ROWS", 10)
    monkeypatch.setattr(content, "SORTED_ROWS", 10)


def inode(path: Path) -> int:
    return path.stat().st_ino


def same_rows(warehouse: Path, published: Path) -> bool:
    """Whether every published table holds the rows of the warehouse's, in the database and in Parquet.

    A view that became long has no Parquet.
    """
    for schema, table in TABLES:
        wanted = fetch(warehouse, f"select * from {schema}.{table} order by all")
        if fetch(published / "closedloop.duckdb", f"select * from {schema}.{table} order by all") != wanted:
            return False
        files = published / "parquet" / schema
        for found in (files / f"{table}.parquet", files / table):
            glob = found / "*.parquet" if found.is_dir() else found
            if found.exists() and duckdb.sql(f"select * from '{glob}' order by all").fetchall() != wanted:
                return False
    return True


def test_marts_and_reports_are_published_and_nothing_else(warehouse: Path, published: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create table marts.fct_touch__dbt_tmp as select 1 as half_built")
    publish_warehouse(warehouse, published)
    database = published / "closedloop.duckdb"
    assert (
        fetch(database, "select table_schema, table_name from information_schema.tables order by all")
        == TABLES
    )
    assert same_rows(warehouse, published)
    assert {f"{path.parent.name}.{path.stem}" for path in published.glob("parquet/*/*")} == {
        f"{schema}.{table}" for schema, table in TABLES
    }
    assert not list(published.rglob("*.wal"))


def test_personal_data_is_in_its_own_closed_file_only(warehouse: Path, published: Path) -> None:
    email = "ada.lovelace@example.com"
    publish_warehouse(write_warehouse(warehouse, email=email), published)
    assert fetch(published / "closedloop_restricted.duckdb", "select email from restricted.dim_person") == [
        (email,)
    ]
    assert stat.S_IMODE((published / "closedloop_restricted.duckdb").stat().st_mode) == 0o600
    holding = {
        path.name for path in published.rglob("*") if path.is_file() and email.encode() in path.read_bytes()
    }
    assert holding == {"closedloop_restricted.duckdb"}
    assert "dim_person" not in (published / "manifest.json").read_text()


def test_open_files_can_be_read_by_all_and_changed_by_none(warehouse: Path, published: Path) -> None:
    publish_warehouse(warehouse, published)
    for path in (published / "versions/v000001").rglob("*"):
        if path.name != "closedloop_restricted.duckdb":
            assert stat.S_IMODE(path.stat().st_mode) == (0o755 if path.is_dir() else 0o444)


def test_descriptions_are_published(warehouse: Path, published: Path) -> None:
    publish_warehouse(warehouse, published)
    database = published / "closedloop.duckdb"
    assert fetch(database, "select comment from duckdb_tables() where table_name = 'fct_touch'") == [
        ("Touches. Grain: one row per touch.",)
    ]
    assert fetch(
        database, "select column_name, comment from duckdb_columns() where comment is not null order by all"
    ) == [("touch_id", "Key; the person's touch.")]


def test_a_file_can_be_read_by_the_duckdb_the_documentation_names(warehouse: Path, published: Path) -> None:
    """A night that carries a file on keeps its form, whichever form the DuckDB at work would choose."""
    assert "for DuckDB 1.3 and later" in Path("docs/connecting-bi.md").read_text()
    for label in ("a", "b"):
        publish_warehouse(write_warehouse(warehouse, label=label), published)
        (tags,) = fetch(
            published / "closedloop.duckdb",
            "select tags from duckdb_databases() where database_name = current_database()",
        )[0]
        assert tags["storage_version"] == "v1.3.0+"


def test_equal_content_gives_equal_parquet(warehouse: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    publish_warehouse(warehouse, first)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create or replace table marts.fct_touch as select * from marts.fct_touch order by cents desc"
        )
    publish_warehouse(warehouse, second)
    for path in (first / "parquet").rglob("*.parquet"):
        assert path.read_bytes() == (second / "parquet" / path.relative_to(first / "parquet")).read_bytes()


def test_types_survive(warehouse: Path, published: Path) -> None:
    publish_warehouse(warehouse, published)
    types = "select column_name, data_type from information_schema.columns where table_name = 'fct_touch' order by all"
    assert fetch(published / "closedloop.duckdb", types) == fetch(warehouse, types)
    schema = pq.read_schema(published / "parquet/marts/fct_touch.parquet")
    assert {field.name: str(field.type) for field in schema} == {
        "touch_id": "string",
        "person_id": "string",
        "occurred_at": "timestamp[us]",
        "cents": "decimal128(18, 2)",
    }


def test_unchanged_tables_are_taken_over_and_changed_ones_written(warehouse: Path, published: Path) -> None:
    publish_warehouse(warehouse, published)
    publish_warehouse(write_warehouse(warehouse, label="b"), published)
    old, new = published / "versions/v000001", published / "versions/v000002"
    kept = "parquet/marts/fct_touch.parquet"
    assert inode(old / kept) == inode(new / kept)
    assert inode(old / "parquet/marts/dim_channel.parquet") != inode(
        new / "parquet/marts/dim_channel.parquet"
    )
    assert inode(old / "closedloop_restricted.duckdb") == inode(new / "closedloop_restricted.duckdb")
    assert same_rows(warehouse, published)
    assert verify(published, "v000001") == verify(published, "v000002") == []
    assert fetch(old / "closedloop.duckdb", "select channel from marts.dim_channel") == [("a",)]


def test_other_inputs_alone_write_no_data_again(warehouse: Path, published: Path) -> None:
    publish_warehouse(warehouse, published)
    publish_warehouse(warehouse, published, inputs_key="other")
    for path in (published / "versions/v000001").rglob("*"):
        if path.is_file() and path.name != "manifest.json":
            assert inode(path) == inode(
                published / "versions/v000002" / path.relative_to(published / "versions/v000001")
            )


@pytest.mark.usefixtures("cut_at_ten")
def test_a_long_table_is_cut_by_month_and_only_changed_months_are_written(
    warehouse: Path, published: Path
) -> None:
    publish_warehouse(write_warehouse(warehouse, touches=200), published)
    folder = "parquet/marts/fct_touch"
    months = [f"2026-0{month}" for month in range(1, 8)]
    assert sorted(path.stem for path in (published / folder).iterdir()) == months
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "update marts.fct_touch set cents = cents + 1 where occurred_at = timestamp '2026-03-31'"
        )
        connection.execute("delete from marts.fct_touch where occurred_at >= timestamp '2026-07-01'")
        connection.execute(
            "insert into marts.fct_touch values ('late', 'p2', '2026-02-28 23:59:59.999999', 7)"
        )
        connection.execute("insert into marts.fct_touch values ('undated', 'p2', null, 8)")
    publish_warehouse(warehouse, published)
    old, new = published / "versions/v000001" / folder, published / "versions/v000002" / folder
    assert sorted(path.stem for path in new.iterdir()) == [*months[:6], "undated"]
    taken_over = {
        month for month in months[:6] if inode(old / f"{month}.parquet") == inode(new / f"{month}.parquet")
    }
    assert taken_over == {"2026-01", "2026-04", "2026-05", "2026-06"}
    assert same_rows(warehouse, published)
    assert verify(published) == []


@pytest.mark.usefixtures("cut_at_ten")
def test_tables_that_come_go_or_change_their_columns(warehouse: Path, published: Path) -> None:
    publish_warehouse(write_warehouse(warehouse, touches=200), published)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("alter table marts.dim_channel add column is_paid boolean")
        connection.execute("alter table reports.rpt_ledger rename to rpt_books")
    publication = publish_warehouse(warehouse, published)
    assert {table.full_name for table in publication.tables} == {
        "marts.dim_channel",
        "marts.fct_touch",
        "marts.touch_days",
        "reports.rpt_books",
    }
    database = published / "closedloop.duckdb"
    assert fetch(database, "select * from marts.dim_channel") == [("a", True, None)]
    assert fetch(
        database, "select table_name from information_schema.tables where table_schema = 'reports'"
    ) == [("rpt_books",)]


@pytest.mark.usefixtures("cut_at_ten")
def test_a_file_carried_on_for_many_nights_does_not_grow_without_end(
    warehouse: Path, published: Path
) -> None:
    sizes = []
    for night in range(8):
        write_warehouse(warehouse, touches=300, label=f"night {night}")
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute(
                f"update marts.fct_touch set cents = {night} where occurred_at >= timestamp '2026-10-01'"
            )
        publication = publish_warehouse(warehouse, published)
        sizes.append(next(file.bytes for file in publication.files if file.path == "closedloop.duckdb"))
        assert same_rows(warehouse, published)
    assert max(sizes) <= 3 * sizes[0]


def test_an_empty_table_is_published(warehouse: Path, published: Path) -> None:
    publish_warehouse(write_warehouse(warehouse, touches=0), published)
    assert fetch(published / "closedloop.duckdb", "select count(*) from marts.fct_touch") == [(0,)]
    assert pq.read_table(published / "parquet/marts/fct_touch.parquet").num_rows == 0
