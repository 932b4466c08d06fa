"""Views of the warehouse in a version: which stay views, that each reads its own file, and their Parquet.

Tables are tested in test_publish_files.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
import sqlalchemy

from orchestration.publish import Description, content, current, verify
from tests.sample_warehouse import fetch, publish_warehouse, write_warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return write_warehouse(tmp_path / "warehouse.duckdb")


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return tmp_path / "published"


def change(warehouse: Path, *statements: str) -> Path:
    with duckdb.connect(str(warehouse)) as connection:
        for statement in statements:
            connection.execute(statement)
    return warehouse


def kinds(published: Path) -> dict[str, str]:
    return dict(
        fetch(
            published / "closedloop.duckdb",
            "select table_schema || '.' || table_name, table_type from information_schema.tables",
        )
    )


def test_a_view_of_published_tables_stays_one(warehouse: Path, published: Path) -> None:
    publication = publish_warehouse(warehouse, published)
    assert kinds(published) == {
        "marts.dim_channel": "BASE TABLE",
        "marts.fct_touch": "BASE TABLE",
        "marts.touch_days": "VIEW",
        "reports.rpt_ledger": "BASE TABLE",
    }
    days = next(table for table in publication.tables if table.name == "touch_days")
    assert (days.rows, days.view.reads) == (60, ("marts.fct_touch",))
    assert current(published) == publication


@pytest.mark.parametrize(
    "query",
    [
        "select email from warehouse.staging.stg_crm__leads",
        "select channel, email from warehouse.marts.dim_channel cross join warehouse.staging.stg_crm__leads",
        "select channel from warehouse.marts.dim_channel where channel in (from warehouse.staging.stg_crm__leads)",
        "select a, channel from warehouse.marts.dim_channel cross join read_csv('{file}')",
        "select warehouse.marts.dim_channel.channel from warehouse.marts.dim_channel",
    ],
    ids=["other layer", "joined", "subquery", "file", "columns by catalog"],
)
def test_a_view_of_anything_else_becomes_a_table(
    warehouse: Path, published: Path, tmp_path: Path, query: str
) -> None:
    (tmp_path / "read.csv").write_text("a\n1\n")
    change(warehouse, f"create view marts.seen as {query.format(file=tmp_path / 'read.csv')}")
    wanted = fetch(warehouse, "from marts.seen")
    publish_warehouse(warehouse, published)
    assert kinds(published)["marts.seen"] == "BASE TABLE"
    assert fetch(published / "closedloop.duckdb", "from marts.seen") == wanted
    assert kinds(published)["marts.touch_days"] == "VIEW"


def test_a_view_with_names_of_its_own_for_columns_becomes_a_table(warehouse: Path, published: Path) -> None:
    change(warehouse, "create view marts.seen (label) as select channel from warehouse.marts.dim_channel")
    publish_warehouse(warehouse, published)
    assert kinds(published)["marts.seen"] == "BASE TABLE"
    assert fetch(published / "closedloop.duckdb", "select label from marts.seen") == [("a",)]


def two_versions(warehouse: Path, published: Path) -> tuple[Path, Path]:
    """Files of two versions, of 60 touches and of 70, with a view of a view in another schema."""
    for touches in (60, 70):
        change(
            write_warehouse(warehouse, touches=touches, label=str(touches)),
            "create view reports.rpt_days as with days as (select * from warehouse.marts.touch_days) "
            "select count(*) as days, any_value(labels.channel) as channel from days "
            "cross join warehouse.marts.dim_channel as labels",
        )
        publish_warehouse(warehouse, published)
    assert kinds(published)["reports.rpt_days"] == "VIEW"
    return tuple(published / f"versions/v00000{number}/closedloop.duckdb" for number in (1, 2))


def test_every_view_reads_its_own_file_whatever_a_reader_calls_it(warehouse: Path, published: Path) -> None:
    old, new = two_versions(warehouse, published)
    question = "select days, channel from {}reports.rpt_days"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{old}' as \"the Old one\" (read_only)")
        connection.execute(f"attach '{new}' as warehouse (read_only)")
        # What a reader has of its own under the same names is no trap.
        connection.execute("create schema marts; create table marts.fct_touch as select now() as occurred_at")
        for using in ("memory", "warehouse", '"the Old one"', '"the Old one".marts', "warehouse.reports"):
            connection.execute(f"use {using}")
            assert connection.execute(question.format('"the Old one".')).fetchall() == [(60, "60")]
            assert connection.execute(question.format("warehouse.")).fetchall() == [(70, "70")]
        connection.execute('use "the Old one"')
        assert connection.execute(question.format("")).fetchall() == [(60, "60")]
        both = 'select old.days, new.days from "the Old one".reports.rpt_days as old, warehouse.reports.rpt_days as new'
        assert connection.execute(both).fetchall() == [(60, 70)]


def test_every_view_reads_its_own_file_beside_one_opened_directly(warehouse: Path, published: Path) -> None:
    old, new = two_versions(warehouse, published)
    with duckdb.connect(str(old), read_only=True) as connection:
        connection.execute(f"attach '{new}' as newer (read_only)")
        assert connection.execute("select days from reports.rpt_days").fetchall() == [(60,)]
        assert connection.execute("select days from newer.reports.rpt_days").fetchall() == [(70,)]
        connection.execute("use newer")
        assert connection.execute("select days from reports.rpt_days").fetchall() == [(70,)]
        assert connection.execute("select count(*) from closedloop.marts.touch_days").fetchall() == [(60,)]


def test_a_tool_on_sqlalchemy_finds_and_reads_views(warehouse: Path, published: Path) -> None:
    publish_warehouse(warehouse, published)
    engine = sqlalchemy.create_engine(
        f"duckdb:///{published / 'closedloop.duckdb'}", connect_args={"read_only": True}
    )
    with engine.connect() as connection:
        assert connection.execute(sqlalchemy.text("select count(*) from marts.touch_days")).scalar() == 60
        assert "touch_days" in sqlalchemy.inspect(connection).get_view_names("closedloop.marts")
    engine.dispose()


def test_a_view_keeps_its_descriptions(warehouse: Path, published: Path) -> None:
    days = {"touch_days": Description("Days. One row per day.", {"occurred_at": "A day's instant."})}
    for label in ("a", "b"):  # written whole, and carried on
        change(warehouse, f"update marts.dim_channel set channel = '{label}'")
        publish_warehouse(warehouse, published, descriptions=days)
        database = published / "closedloop.duckdb"
        assert fetch(database, "select comment from duckdb_views() where view_name = 'touch_days'") == [
            ("Days. One row per day.",)
        ]
        assert fetch(
            database,
            "select data_type, comment from duckdb_columns() where table_name = 'touch_days'",
        ) == [("TIMESTAMP", "A day's instant.")]


def test_a_view_follows_tables_that_change_their_columns(warehouse: Path, published: Path) -> None:
    change(
        warehouse, "create view marts.names as with final as (from warehouse.marts.dim_channel) from final"
    )
    publish_warehouse(warehouse, published)
    change(
        warehouse,
        "alter table marts.dim_channel add column is_paid boolean",
        "create or replace view marts.names as with final as (from warehouse.marts.dim_channel) from final",
    )
    publish_warehouse(warehouse, published)
    assert fetch(published / "closedloop.duckdb", "from marts.names") == [("a", True, None)]


def test_a_view_that_becomes_a_table_and_a_view_again(warehouse: Path, published: Path) -> None:
    for kind, published_as in (("view", "VIEW"), ("table", "BASE TABLE"), ("view", "VIEW")):
        former = "table" if kind == "view" else "view"
        if kinds_of(warehouse)["touch_days"] != published_as:
            change(warehouse, f"drop {former} marts.touch_days")
            change(
                warehouse,
                f"create {kind} marts.touch_days as select distinct occurred_at from warehouse.marts.fct_touch",
            )
        publish_warehouse(warehouse, published)
        assert kinds(published)["marts.touch_days"] == published_as
        assert fetch(published / "closedloop.duckdb", "select count(*) from marts.touch_days") == [(60,)]
        assert verify(published) == []
    change(warehouse, "drop view marts.touch_days")
    publish_warehouse(warehouse, published)
    assert "marts.touch_days" not in kinds(published)


def kinds_of(warehouse: Path) -> dict[str, str]:
    return dict(fetch(warehouse, "select table_name, table_type from information_schema.tables"))


def test_the_content_of_a_view_is_its_query_and_what_it_reads(warehouse: Path, published: Path) -> None:
    def days() -> str:
        tables = publish_warehouse(warehouse, published).tables
        return next(table.content for table in tables if table.name == "touch_days")

    first = days()
    change(warehouse, "update marts.dim_channel set channel = 'b'")
    assert days() == first
    change(warehouse, "update marts.fct_touch set cents = cents + 1 where touch_id = 't000000'")
    second = days()
    assert second != first
    change(
        warehouse,
        "create or replace view marts.touch_days as select distinct occurred_at from warehouse.marts.fct_touch "
        "where cents > 10",
    )
    assert days() != second


def test_a_short_view_has_a_parquet_file_that_is_taken_over(warehouse: Path, published: Path) -> None:
    publish_warehouse(warehouse, published)
    change(warehouse, "update marts.dim_channel set channel = 'b'")
    publish_warehouse(warehouse, published)
    old, new = (published / f"versions/v00000{n}/parquet/marts/touch_days.parquet" for n in (1, 2))
    assert pq.read_table(new).num_rows == 60
    assert old.stat().st_ino == new.stat().st_ino


def test_a_long_view_has_rows_and_no_parquet_file(
    warehouse: Path, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "PART_ROWS", 59)
    publish_warehouse(warehouse, published)
    assert not (published / "parquet/marts/touch_days.parquet").exists()
    manifest = json.loads((published / "manifest.json").read_text())
    days = next(table for table in manifest["tables"] if table["name"] == "touch_days")
    assert [(part["rows"], part["file"]) for part in days["parts"]] == [(60, None)]
    assert days["view"]["reads"] == ["marts.fct_touch"]
    assert fetch(published / "closedloop.duckdb", "select count(*) from marts.touch_days") == [(60,)]
    assert verify(published) == []
