"""The schema `landing` of the warehouse: what dbt reads is what the manifest says, typed and complete."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from ingestion.contracts import contracts
from ingestion.mapping import TableMapping
from orchestration.quality.gate1 import admit_pending
from orchestration.transform.landing_views import prepare_landing
from tests.landings import NOON, GivenSource, Landing, extract

SUMMER_OF_2024 = datetime(2024, 3, 31, 1)
USERS = {"user_id": ["1", "", "3"], "is_active": ["yes", "no", None]}


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


@pytest.fixture
def warehouse(landing: Landing) -> duckdb.DuckDBPyConnection:
    landing.root.mkdir(exist_ok=True)
    return duckdb.connect(str(landing.layout.warehouse))


def _admit(landing: Landing, source: GivenSource) -> None:
    admit_pending(landing.layout, landing.manifest, source, source.table)


def test_every_contract_table_is_there_with_its_types_even_when_nothing_landed(
    landing: Landing, warehouse: duckdb.DuckDBPyConnection
) -> None:
    prepare_landing(warehouse, landing.layout, landing.manifest, "UTC")
    for contract in contracts().values():
        described = warehouse.execute(f"describe landing.{contract.table}").fetchall()
        types = {name: sql_type.lower().replace(",", ", ") for name, sql_type, *_ in described}
        assert {name: types[name] for name in contract.column_names} == {
            column.name: column.sql_type for column in contract.columns
        }
        assert warehouse.execute(f"select count(*) from landing.{contract.table}").fetchone() == (0,)


def test_views_hold_the_admitted_rows_of_all_loads_and_nothing_else(
    landing: Landing, warehouse: duckdb.DuckDBPyConnection
) -> None:
    source = GivenSource("crm_user")
    landing.land(source, extract(USERS, "a"))
    _admit(landing, source)
    prepare_landing(warehouse, landing.layout, landing.manifest, "UTC")
    landing.land(source, extract({"user_id": ["4"]}, "b"))
    _admit(landing, source)
    stray = landing.layout.admitted / "crm" / "crm_user" / "load_date=2026-07-01" / "unknown.parquet"
    stray.write_bytes(next(landing.layout.admitted.rglob("*.parquet")).read_bytes())
    prepare_landing(warehouse, landing.layout, landing.manifest, "UTC")
    rows = warehouse.execute(
        "select user_id, is_active, _row_number from landing.crm_user order by user_id"
    ).fetchall()
    assert rows == [("1", True, 1), ("3", None, 3), ("4", None, 1)]


def test_loads_and_verdicts_are_the_manifests(landing: Landing, warehouse: duckdb.DuckDBPyConnection) -> None:
    source = GivenSource("crm_user")
    (load,) = landing.land(source, extract(USERS))
    _admit(landing, source)
    (waiting,) = landing.land(source, extract(USERS, "later.csv"))
    prepare_landing(warehouse, landing.layout, landing.manifest, "UTC")
    assert warehouse.execute(
        "select * exclude (content_key, is_new) from landing.load order by loaded_at"
    ).fetchall() == [
        (load.load_id, "crm", "crm_user", "leads.csv", NOON.date(), NOON, 3, 2, 1),
        (
            waiting.load_id,
            "crm",
            "crm_user",
            "later.csv",
            NOON.date(),
            NOON + timedelta(microseconds=1),
            3,
            0,
            0,
        ),
    ]
    assert warehouse.execute("select * from landing.verdict order by rule, column_name").fetchall() == [
        (load.load_id, "crm_user", "readable", "is_active", "critical", 0, "pass"),
        (load.load_id, "crm_user", "required", "user_id", "critical", 1, "fail"),
        (load.load_id, "crm_user", "unreadable_row", "", "critical", 0, "pass"),
    ]


def test_offsets_are_those_of_the_reporting_zone(
    landing: Landing, warehouse: duckdb.DuckDBPyConnection
) -> None:
    for zone, summer in (("UTC", 0), ("Europe/Berlin", 7200)):
        prepare_landing(warehouse, landing.layout, landing.manifest, zone)
        offset = warehouse.execute(
            "select zone, offset_seconds from landing.zone_offset where ? >= utc_from and ? < utc_until",
            [datetime(2024, 7, 1), datetime(2024, 7, 1)],
        ).fetchall()
        assert offset == [(zone, summer)]


def test_offsets_are_those_of_the_calendars_too(
    landing: Landing, warehouse: duckdb.DuckDBPyConnection
) -> None:
    frozen = landing.layout.dbt / "seeds"
    frozen.mkdir(parents=True)
    (frozen / "business_calendars.csv").write_text(
        "calendar_id,timezone\nus,America/New_York\nde,Europe/Berlin\n"
    )
    prepare_landing(warehouse, landing.layout, landing.manifest, "Europe/Berlin")
    offsets = warehouse.execute(
        "select zone, offset_seconds from landing.zone_offset where ? >= utc_from and ? < utc_until order by zone",
        [datetime(2024, 7, 1), datetime(2024, 7, 1)],
    ).fetchall()
    assert offsets == [("America/New_York", -14400), ("Europe/Berlin", 7200)]


def test_a_table_in_the_place_of_a_view_gives_way(
    landing: Landing, warehouse: duckdb.DuckDBPyConnection
) -> None:
    warehouse.execute("create schema landing")
    warehouse.execute("create table landing.crm_user as select 1 as old")
    source = GivenSource("crm_user", [extract({"user_id": ["1"]})], TableMapping())
    landing.land(source)
    _admit(landing, source)
    prepare_landing(warehouse, landing.layout, landing.manifest, "UTC")
    assert warehouse.execute("select user_id from landing.crm_user").fetchall() == [("1",)]


def test_a_load_is_new_until_the_warehouse_was_prepared_with_it(
    landing: Landing, warehouse: duckdb.DuckDBPyConnection
) -> None:
    def prepare() -> tuple[bool, list[tuple[str, bool]]]:
        grew = prepare_landing(warehouse, landing.layout, landing.manifest, "UTC")
        return grew, warehouse.execute("select unit, is_new from landing.load order by unit").fetchall()

    source = GivenSource("crm_user")
    landing.land(source, extract(USERS, "a"))
    _admit(landing, source)
    assert prepare() == (True, [("a", True)])
    landing.land(source, extract(USERS, "b"))
    assert prepare() == (True, [("a", False), ("b", True)])
    _admit(landing, source)
    assert prepare() == (True, [("a", False), ("b", True)])
    assert prepare() == (True, [("a", False), ("b", False)])
    warehouse.execute("update landing.load set content_key = 'another mapping' where unit = 'a'")
    assert prepare() == (False, [("a", True), ("b", False)])


def test_other_clocks_are_no_growth(landing: Landing, warehouse: duckdb.DuckDBPyConnection) -> None:
    """What was made of old rows by the clocks of before is not what it would be now."""

    def grows() -> bool:
        return prepare_landing(warehouse, landing.layout, landing.manifest, "Europe/Berlin")

    assert [grows(), grows()] == [True, True]
    warehouse.execute(
        "update landing.zone_offset set utc_from = utc_from + interval 1 day where utc_from = ?",
        [SUMMER_OF_2024],
    )
    assert [grows(), grows()] == [False, True]
