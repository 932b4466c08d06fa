"""Imports that are put off: a module is loaded when it is used, not when it is named.

That Great Expectations works without what is put off is shown by every test of the gates.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from mashumaro import DataClassDictMixin
from mashumaro.core.meta.code.builder import CodeBuilder

from orchestration.lazy_imports import lazy_codecs, lazy_imports


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that says which of the modules `costly` and `cheap` were loaded."""
    said = tmp_path / "loaded"
    said.touch()
    for name in ("costly", "cheap"):
        (tmp_path / f"{name}.py").write_text(
            f"open({str(said)!r}, 'a').write('{name} ')\nVALUE = 7\n", encoding="utf-8"
        )
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    return said


def test_a_lazy_module_is_loaded_by_its_first_use(told: Path) -> None:
    with lazy_imports("costly"):
        import cheap
        import costly
    assert told.read_text() == "cheap "
    assert costly.VALUE == cheap.VALUE == 7
    assert told.read_text() == "cheap costly "


def test_imports_after_the_block_are_as_ever(told: Path) -> None:
    with lazy_imports("costly"):
        pass
    import costly

    assert told.read_text() == "costly "
    assert costly.VALUE == 7


def test_a_gathering_package_loads_what_is_asked_of_it(told: Path, tmp_path: Path) -> None:
    package = tmp_path / "gathered"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from costly import VALUE as COSTLY\nfrom .near import VALUE as NEAR\n"
    )
    (package / "near.py").write_text("from cheap import VALUE\n")
    with lazy_imports(gathering=["gathered"]):
        import gathered
    assert told.read_text() == ""
    assert gathered.NEAR == 7
    assert told.read_text() == "cheap "
    assert gathered.COSTLY == 7
    assert told.read_text() == "cheap costly "
    with pytest.raises(AttributeError, match="module 'gathered' has no attribute 'absent'"):
        gathered.absent  # noqa: B018


def test_the_code_of_a_class_is_made_by_its_first_use(monkeypatch: pytest.MonkeyPatch) -> None:
    put_off = []
    make_lazily = CodeBuilder._add_unpack_method_lines_lazy

    def counting(builder: CodeBuilder, name: str) -> None:
        put_off.append(builder.cls)
        make_lazily(builder, name)

    monkeypatch.setattr(CodeBuilder, "_add_unpack_method_lines_lazy", counting)

    def dated() -> type[DataClassDictMixin]:
        @dataclass
        class Dated(DataClassDictMixin):
            day: date

        return Dated

    with lazy_codecs():
        late = dated()
    assert put_off == [late]
    for one in (late, dated()):
        assert one.from_dict({"day": "2026-07-01"}) == one(date(2026, 7, 1))
        assert one(date(2026, 7, 1)).to_dict() == {"day": "2026-07-01"}
    assert put_off == [late]


def test_a_gate_loads_none_of_what_great_expectations_wants_for_others() -> None:
    """Two seconds of every night, were they loaded: a new version that uses them at import time shows here."""
    judged = """
import sys
import duckdb
from ingestion.rules import Rule
from orchestration.quality.expectations import validate
with duckdb.connect() as connection:
    connection.execute("create table numbers as select 1 as number")
    rule = Rule("odd", "number", "number = 1", "an even number")
    assert [outcome.failed_rows for outcome in validate(connection, "numbers", [rule])] == [1]
assert "great_expectations" in sys.modules
unused = {
    "altair.vegalite",
    "scipy.stats._stats_py",
    "great_expectations.datasource.fluent.pandas_datasource",
    "great_expectations.datasource.fluent.spark_datasource",
    "great_expectations.expectations.core.expect_column_kl_divergence_to_be_less_than",
}
print(*sorted(unused & sys.modules.keys()))
"""
    assert said(judged) == ""


def test_rows_that_keep_every_rule_load_no_great_expectations() -> None:
    judged = """
import sys
import duckdb
from ingestion.rules import Rule
from orchestration.quality.expectations import validate
with duckdb.connect() as connection:
    connection.execute("create table numbers as select 2 as number")
    rules = [Rule("odd", "number", "number = 1", "an even number"), Rule("no", "number", "nothing = 1", "sense")]
    print(*[outcome.status for outcome in validate(connection, "numbers", rules)])
print("great_expectations" in sys.modules)
"""
    assert said(judged).split() == ["pass", "error", "False"]


def test_the_definitions_load_no_client_of_a_cloud_and_no_parser_of_sql() -> None:
    assembled = """
import sys
import orchestration.definitions
assert "dagster_dbt.asset_specs" in sys.modules
print(*sorted({"dagster_dbt.cloud_v2.client", "sqlglot"} & sys.modules.keys()))
"""
    assert said(assembled) == ""


def said(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()
