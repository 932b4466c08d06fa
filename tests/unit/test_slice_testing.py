"""What tests of a slice night look at: a defect among tonight's rows trips them, alone or beside a row that stays.

A project of one sliced table and a view of it stands for all. Persons 1 and 2 were built by a former night; the slice
holds person 2. That slices give what building anew gives is tested in integration/test_slices.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import REPOSITORY
from tests.small_dbt_project import built, rows, small_project, write

COPIED = (
    "macros/slicing/scope.sql",
    "macros/slicing/testing.sql",
    "macros/engine/slices.sql",
    "tests/generic/unique.sql",
    "tests/generic/unique_combination_of_columns.sql",
)
TABLE = "{{ config(materialized='sliced', slice_by='person_id') }} "
VIEW = "{{ config(materialized='sliced', stored='view', slice_by='person_id') }} select * from {{ ref('numbers') }}"
BALANCED = """{{ config(slice_by='person_id') }}
select person_id from {{ ref('numbers') }} group by person_id having sum(amount) <> 10"""
TESTS = """
models:
  - name: numbers
    data_tests:
      - unique_combination_of_columns: {name: part_of_a_deal, arguments: {columns: [deal_id, part]}}
    columns:
      - {name: row_id, data_tests: [{unique: {name: row}}]}
      - {name: amount, data_tests: [{unique: {name: amount, config: {severity: warn}}}]}
  - name: shown
    data_tests:
      - unique_combination_of_columns: {name: shown_part_of_a_person, arguments: {columns: [person_id, part]}}
"""
STAYS = ["('1', 'a', 'x', 1, 4)", "('1', 'b', null, 2, 6)"]
TONIGHT = ["('2', 'c', 'y', 1, 10)"]


def _table(*given: str) -> str:
    return TABLE + (
        "select person_id, row_id, cast(deal_id as string) as deal_id, part, amount "
        f"from (values {', '.join(given)}) as given (person_id, row_id, deal_id, part, amount)"
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose former night was built whole, with every test passed."""
    project = small_project(tmp_path)
    for name in COPIED:
        shutil.copy(REPOSITORY / "dbt_project" / name, project / "macros")
    (project / "models" / "shown.sql").write_text(VIEW, encoding="utf-8")
    (project / "tests" / "balanced.sql").write_text(BALANCED, encoding="utf-8")
    write(project, _table(*STAYS, *TONIGHT), TESTS)
    assert _failed(project, "whole") == set()
    with duckdb.connect(str(project / "warehouse.duckdb")) as connection:
        for schema in ("slice_keys", "slice_record_keys"):
            connection.execute(f"create schema {schema}")
            connection.execute(f"create table {schema}.person_id as select '2' as person_id")
    return project


def _failed(project: Path, scope: str) -> set[str]:
    """Names of the tests that failed or warned."""
    results = built(project, "--vars", f"night_scope: {scope}")
    assert len(results) == 7
    assert all(result.status != "error" for result in results.values()), results
    return {name for name, result in results.items() if result.status in ("fail", "warn")}


@pytest.mark.parametrize(
    ("tonight", "failed"),
    [
        pytest.param(["('2', 'c', 'y', 1, 10)"], set(), id="the rows of before"),
        pytest.param(["('2', 'd', 'x', 2, 3)", "('2', null, null, 1, 7)"], set(), id="other rows"),
        pytest.param(["('2', 'd', 'y', 1, 3)", "('2', 'd', 'y', 2, 7)"], {"row"}, id="two of tonight"),
        pytest.param(["('2', 'a', 'y', 1, 10)"], {"row"}, id="one that stays and one of tonight"),
        pytest.param(
            ["('2', 'd', 'y', 1, 3)", "('2', 'e', 'y', 1, 7)"], {"part_of_a_deal"}, id="two of a deal"
        ),
        pytest.param(["('2', 'd', 'x', 1, 10)"], {"part_of_a_deal"}, id="one of a deal that stays"),
        pytest.param(["('2', 'd', null, 2, 10)"], {"part_of_a_deal"}, id="null is like null"),
        pytest.param(
            ["('2', 'd', 'x', 3, 3)", "('2', 'e', 'y', 3, 7)"], {"shown_part_of_a_person"}, id="two in a view"
        ),
        pytest.param(
            ["('1', 'd', 'y', 1, 10)"], {"shown_part_of_a_person"}, id="of a person outside the slice"
        ),
        pytest.param(["('2', 'd', 'y', 1, 9)"], {"balanced"}, id="a claim about each person"),
        pytest.param(["('2', 'd', 'y', 1, 4)", "('2', 'e', 'y', 2, 6)"], {"amount"}, id="a warning"),
    ],
)
def test_a_defect_of_tonight_is_found(project: Path, tonight: list[str], failed: set[str]) -> None:
    write(project, _table(*tonight), TESTS)
    assert _failed(project, "slice") == failed
    assert [row for row in rows(project) if row[0] == "1" and row[1] in "ab"] == [
        ("1", "a", "x", 1, 4),
        ("1", "b", None, 2, 6),
    ]


def test_rows_that_stay_were_judged_by_the_former_night(project: Path) -> None:
    """That is why a night only builds on one whose tests all passed. A warning stops none, so it comes again."""
    with duckdb.connect(str(project / "warehouse.duckdb")) as connection:
        connection.execute("insert into numbers values ('1', 'a', 'x', 1, 4)")
    write(project, _table(*TONIGHT), TESTS)
    assert _failed(project, "slice") == {"amount"}
    write(project, _table(*STAYS, STAYS[0], *TONIGHT), TESTS)
    assert _failed(project, "whole") == {"row", "part_of_a_deal", "amount", "balanced"}
