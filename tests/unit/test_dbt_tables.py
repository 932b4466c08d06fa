"""Tables and views are replaced whole or not at all, and only by what holds their contract.

What dbt says of tests and models is compared in test_dbt_patches.
"""

from __future__ import annotations

import json
import shutil
from functools import wraps
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.impl import DuckDBAdapter
from dbt.cli.main import dbtRunner

from tests.small_dbt_project import MODEL, built, rows, small_project, write


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return small_project(tmp_path)


def test_views_and_tables_give_way_to_each_other(project: Path) -> None:
    for most, kind in enumerate(("view", "table", "table", "view", "view"), start=1):
        write(project, f"{{{{ config(materialized='{kind}') }}}} {MODEL} where number <= {most}")
        assert built(project)["numbers"].status == "success"
        assert rows(project) == [(number,) for number in range(1, min(most, 3) + 1)]


def test_models_keep_no_more_cores_busy_than_the_deployment_says(project: Path) -> None:
    write(
        project,
        "{{ config(materialized='table') }} select cast(current_setting('threads') as integer) as number",
    )
    for threads in (1, 3):
        built(project, threads=threads)
        assert rows(project) == [(threads,)]


@pytest.mark.parametrize("kind", ["table", "view"])
def test_what_fails_leaves_the_former_one(project: Path, kind: str) -> None:
    head = f"{{{{ config(materialized='{kind}') }}}} "
    write(project, head + MODEL)
    built(project)
    write(project, head + ("select cast('x' as integer) as number" if kind == "table" else "select nothing"))
    assert built(project)["numbers"].status == "error"
    assert rows(project) == [(1,), (2,), (3,)]


TEXTS = "select concat('r', number) as row_id, 'same' as kind, number from range(1000) as given (number)"
TEXT_TYPES = [("row_id", "string"), ("kind", "string"), ("number", "bigint")]


@pytest.mark.parametrize("is_promised", [False, True])
def test_texts_of_which_each_is_another_are_not_packed_and_all_others_are(
    project: Path, is_promised: bool
) -> None:
    columns = [{"name": name, "data_type": type_} for name, type_ in reversed(TEXT_TYPES)]
    model = {"name": "numbers", "config": {"contract": {"enforced": is_promised}}, "columns": columns}
    write(
        project,
        "{{ config(materialized='table', unpacked=['row_id']) }} " + TEXTS,
        json.dumps({"models": [model]}),
    )
    assert built(project)["numbers"].status == "success"
    with duckdb.connect(str(project / "warehouse.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "select column_name, compression from pragma_storage_info('numbers') where segment_type <> 'VALIDITY'"
        ).fetchall()
        whole = connection.execute("select row_id, kind, number from numbers order by number").fetchall()
    packed = {name for name, compression in found if compression != "Uncompressed"}
    assert packed == {"kind", "number"}
    assert whole == [(f"r{number}", "same", number) for number in range(1000)]


HELD = "select 1 as one, cast('a' as varchar) as name, cast(1 as decimal(18, 2)) as amount"
CONTRACTS = {
    "fits": {"one": "int", "name": "string", "amount": "decimal(18,2)"},
    "fits in another order": {"amount": "DECIMAL(18, 2)", "one": "integer", "name": "text"},
    "fits by a word that the macro does not know": {"one": "int4", "name": "char", "amount": "numeric(18,2)"},
    "another type": {"one": "bigint", "name": "string", "amount": "decimal(18,2)"},
    "another precision": {"one": "int", "name": "string", "amount": "decimal(18,3)"},
    "one too few": {"one": "int", "name": "string"},
    "one too many": {"one": "int", "name": "string", "amount": "decimal(18,2)", "more": "date"},
    "another name": {"one": "int", "named": "string", "amount": "decimal(18,2)"},
}


@pytest.mark.parametrize("case", CONTRACTS)
def test_a_contract_holds_or_fails_as_plain_dbt_says(
    project: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    columns = [{"name": name, "data_type": type_} for name, type_ in CONTRACTS[case].items()]
    model = {"name": "numbers", "config": {"contract": {"enforced": True}}, "columns": columns}
    write(project, "{{ config(materialized='table') }} " + HELD, json.dumps({"models": [model]}))
    asked = []
    ask = DuckDBAdapter.get_column_schema_from_query

    @wraps(ask)
    def asking(adapter: DuckDBAdapter, sql: str) -> list:
        asked.append(sql)
        return ask(adapter, sql)

    with monkeypatch.context() as patched:
        patched.setattr(DuckDBAdapter, "get_column_schema_from_query", asking)
        result = built(project)["numbers"]
    # Asking twice is what the macro spares where the contract is in its words, and what tells where it is not.
    assert len(asked) == (1 if case in ("fits", "fits in another order") else 3)
    assert result.status == ("success" if case.startswith("fits") else "error")
    if result.is_bad:
        assert "This model has an enforced contract that failed." in result.message
        shutil.rmtree(project / "macros")
        monkeypatch.setenv("CLOSEDLOOP_WAREHOUSE", str(project / "warehouse.duckdb"))
        folders = ["--project-dir", str(project), "--profiles-dir", str(project)]
        (plain,) = dbtRunner().invoke(["--quiet", "build", "--no-write-json", *folders]).result.results
        # Up to where the macros are named through which it came.
        told, expected = (each.message.split("> in macro")[0] for each in (result, plain))
        assert told == expected
