"""How a mapping makes contract columns of received ones, whatever types the file had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from ingestion.contracts import contracts
from ingestion.mapping import ColumnMapping, TableMapping
from orchestration.quality.gate1 import admit_pending
from tests.landings import GivenSource, Landing, extract


def _read(
    folder: Path, table: str, received: Mapping[str, Sequence[Any] | pa.Array], wanted: str, **mapping: Any
) -> list[tuple[Any, ...]]:
    """Admitted values of `wanted` (SQL) after one load of `received`."""
    source = GivenSource(table, [extract(received)], TableMapping.model_validate(mapping))
    landing = Landing(folder)
    landing.land(source)
    admit_pending(landing.layout, landing.manifest, source, table)
    return landing.admitted(wanted)


USER = "user_id, full_name, is_active"


def test_text_is_trimmed_and_blank_is_null(tmp_path: Path) -> None:
    names = [" Ann  Lee ", "", " \t\n", None, "Zoë\u00a0", "a\nb\r\n", "王\u3000", "\x0bLi\x85", "\x1c"]
    rows = _read(tmp_path, "crm_user", {"user_id": list("123456789"), "full_name": names}, USER)
    assert [name for _, name, _ in rows] == ["Ann  Lee", None, None, None, "Zoë", "a\nb", "王", "Li", None]


def test_headers_match_apart_from_case_and_blanks(tmp_path: Path) -> None:
    rows = _read(tmp_path, "crm_user", {" User_ID ": ["1"], "FULL_NAME": ["Ann"]}, USER)
    assert rows == [("1", "Ann", None)]


def test_constants_defaults_value_maps_and_several_targets_of_one_column(tmp_path: Path) -> None:
    columns = {"Id": ["1", "2", "3"], "State": [" ACTIVE", "gone", ""]}
    mapping = {
        "user_id": {"column": "Id"},
        "full_name": {"column": "State", "values": {"active": "Here", "gone": None}, "default": "unknown"},
        "is_active": {"column": "State", "values": {"Active": True, "gone": False}},
        "team": {"constant": "north"},
    }
    rows = _read(tmp_path, "crm_user", columns, f"{USER}, team", columns=mapping)
    assert rows == [
        ("1", "Here", True, "north"),
        ("2", "unknown", False, "north"),
        ("3", "unknown", None, "north"),
    ]


def test_the_first_header_that_a_file_has_is_read(tmp_path: Path) -> None:
    mapping = {"full_name": {"column": ["E", "D", "C"]}}
    rows = _read(tmp_path, "crm_user", {"user_id": ["1"], "C": ["c"], "D": ["d"]}, USER, columns=mapping)
    assert rows == [("1", "d", None)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [(word, True) for word in ("true", "T", "YES", "y", "1", "1.0")]
    + [(word, False) for word in ("False", "f", "no", "N", "0", "0.0")],
)
def test_booleans(tmp_path: Path, written: str, expected: bool) -> None:
    assert _read(tmp_path, "crm_user", {"user_id": ["1"], "is_active": [written]}, "is_active") == [
        (expected,)
    ]


def test_ids_carry_the_prefix_of_the_record_they_name(tmp_path: Path) -> None:
    columns = {
        "lead_id": ["1"],
        "marketing_contact_id": ["7"],
        "owner_user_id": [" "],
        "created_at": ["2024-01-01"],
    }
    mapping = {"marketing_contact_id": ColumnMapping(column="marketing_contact_id", id_prefix="hub_")}
    rows = _read(
        tmp_path,
        "crm_lead",
        columns,
        "lead_id, marketing_contact_id, owner_user_id",
        columns=mapping,
        id_prefix="sf_",
    )
    assert rows == [("sf_1", "hub_7", None)]


def test_ids_in_a_history_carry_the_prefix_and_other_values_do_not(tmp_path: Path) -> None:
    columns = {
        "history_id": ["1", "2"],
        "lead_id": ["9", "9"],
        "field": ["Owner_User_Id", "status"],
        "old_value": ["5", "5"],
        "new_value": ["6", "6"],
        "changed_at": ["2024-01-01", "2024-01-01"],
    }
    rows = _read(tmp_path, "crm_lead_history", columns, "old_value, new_value", id_prefix="sf_")
    assert rows == [("sf_5", "sf_6"), ("5", "6")]


def test_calendars_are_no_ids_of_the_source(tmp_path: Path) -> None:
    rows = _read(
        tmp_path, "crm_user", {"user_id": ["1"], "calendar_id": ["de"]}, "user_id, calendar_id", id_prefix="x"
    )
    assert rows == [("x1", "de")]


def test_native_types_are_read_as_what_they_are(tmp_path: Path) -> None:
    zone = pa.timestamp("us", "UTC")
    columns = {
        "opportunity_id": pa.array([12.0, 13.5]),
        "lead_id": pa.array([5, None], pa.int32()),
        "name": pa.array([1.0, float("nan")]),
        "amount": pa.array([Decimal("1234.50"), None], pa.decimal128(12, 2)),
        "created_at": pa.array([datetime(2024, 7, 1, 8), datetime(2024, 1, 1, 8)], pa.timestamp("ns")),
        "closed_at": pa.array([datetime(2024, 7, 1, 8), None], zone),
        "close_date": pa.array([date(2024, 7, 1), None]),
        "contract_start_date": pa.array([datetime(2024, 7, 1, 23), None]),
        "is_won": pa.array([True, None]),
        "is_closed": pa.array([1, 0]),
        "stage": pa.array(["won", "open"]).dictionary_encode(),
        "loss_reason": pa.nulls(2),
    }
    rows = _read(
        tmp_path,
        "crm_opportunity",
        columns,
        "opportunity_id, lead_id, name, amount, created_at, closed_at, close_date, contract_start_date, is_won, "
        "is_closed, stage, loss_reason",
        timezone="Europe/Berlin",
        decimal="comma",
    )
    assert rows == [
        (
            *("12", "5", "1", Decimal("1234.5000"), datetime(2024, 7, 1, 6), datetime(2024, 7, 1, 8)),
            *(date(2024, 7, 1), date(2024, 7, 1), True, True, "won", None),
        ),
        ("13.5", None, None, None, datetime(2024, 1, 1, 7), None, None, None, None, False, "open", None),
    ]


def test_bytes_are_the_text_they_hold(tmp_path: Path) -> None:
    names = pa.array(["王芳".encode(), b" Ann ", b"", b" \t", b"\xff", None], pa.binary())
    values = pa.array([b"1.234,50", b"5", b"", b"0", b" 7", None], pa.binary())
    columns = {
        "lead_id": pa.array([b"1", b"2", b"3", b"4", b"5", b""], pa.binary()),
        "created_at": pa.array([b"2024-01-01"] * 6, pa.binary(10)),
        "full_name": names,
        "potential_value": values,
    }
    rows = _read(tmp_path, "crm_lead", columns, "lead_id, full_name, potential_value", decimal="comma")
    assert rows == [
        ("1", "王芳", Decimal("1234.5000")),
        ("2", "Ann", Decimal(5)),
        ("3", None, None),
        ("4", None, Decimal(0)),
        ("5", r"\xFF", Decimal(7)),
    ]


def test_numbers_in_native_columns_have_a_point_whatever_the_mapping_says(tmp_path: Path) -> None:
    columns = {"lead_id": ["1"], "created_at": ["2024-01-01"], "potential_value": pa.array([1.234])}
    rows = _read(tmp_path, "crm_lead", columns, "potential_value", decimal="comma")
    assert rows == [(Decimal("1.2340"),)]


def test_a_column_may_change_its_type_from_file_to_file(tmp_path: Path) -> None:
    def columns(**more: Any) -> dict[str, Any]:
        return {"lead_id": ["1"], "created_at": ["2024-01-01"], **more}

    source = GivenSource("crm_lead")
    source.extracts = [
        extract(columns(employee_count=["1,200"]), "a"),
        extract(columns(employee_count=pa.array([12.0])), "b"),
        extract(columns(employee_count=pa.array([13])), "c"),
        extract(columns(), "d"),
        extract(columns(employee_count=pa.array([[1]])), "e"),
    ]
    landing = Landing(tmp_path)
    landing.land(source)
    admit_pending(landing.layout, landing.manifest, source, "crm_lead")
    assert landing.admitted("employee_count") == [(1200,), (12,), (13,), (None,)]
    assert landing.quarantined("unit, rule, column_name") == [("e", "readable", "employee_count")]


def test_every_column_of_the_contract_is_there_under_its_type(tmp_path: Path) -> None:
    _read(tmp_path, "crm_user", {"user_id": ["1"]}, "*")
    file = next((tmp_path / "admitted").rglob("*.parquet"))
    described = duckdb.execute(
        f"describe select * from read_parquet('{file}', hive_partitioning = false)"
    ).fetchall()
    contract = contracts()["crm_user"]
    found = {name: sql_type.lower() for name, sql_type, *_ in described}
    assert found == {column.name: column.sql_type for column in contract.columns} | {
        "_source_system": "varchar",
        "_load_id": "varchar",
        "_loaded_at": "timestamp",
        "_row_number": "bigint",
        "_row_hash": "varchar",
    }


def test_a_key_that_yaml_took_for_a_truth_value_is_refused() -> None:
    with pytest.raises(ValueError, match="put the key in quotes"):
        ColumnMapping.model_validate({"column": "a", "values": {True: "x"}})


def test_the_digest_follows_the_reading_and_not_the_threshold() -> None:
    plain = TableMapping()
    assert plain.digest() == TableMapping(rejection={"share": 0.5, "rows": 1}).digest()
    assert plain.digest() != TableMapping(decimal="comma").digest()
    assert plain.digest() != plain.digest("other contract")
