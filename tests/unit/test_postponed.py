"""Imports that are put off: a module is loaded when it is used, not when it is named.

That Great Expectations works without what is put off is shown by every test of the gates.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.quality.postponed import postponed


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


def test_a_postponed_module_is_loaded_by_its_first_use(told: Path) -> None:
    with postponed("costly"):
        import cheap
        import costly
    assert told.read_text() == "cheap "
    assert costly.VALUE == cheap.VALUE == 7
    assert told.read_text() == "cheap costly "


def test_imports_after_the_block_are_as_ever(told: Path) -> None:
    with postponed("costly"):
        pass
    import costly

    assert told.read_text() == "costly "
    assert costly.VALUE == 7


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
print(*sorted({"altair.vegalite", "scipy.stats._stats_py"} & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", judged], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
