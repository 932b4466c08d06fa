"""What the command line says of published versions: which there are, what they hold, which one is live.

What the commands call is tested where it stands.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from orchestration.publish import current
from tests.conftest import Call
from tests.sample_warehouse import publish_warehouse, write_warehouse


@pytest.fixture
def home(tmp_path: Path, call: Call) -> Path:
    """A deployment in which nothing ran yet."""
    assert call("init", tmp_path / "home").status == 0
    return tmp_path / "home"


@pytest.fixture
def published(home: Path, tmp_path: Path) -> Path:
    """Two versions published in the deployment."""
    for label in ("a", "b"):
        publish_warehouse(
            write_warehouse(tmp_path / "warehouse.duckdb", label=label), home / "data/published"
        )
    return home / "data/published"


@pytest.mark.parametrize("arguments", [("publish", "list"), ("query", "select 1"), ("publish", "verify")])
def test_before_the_first_publication_there_is_nothing_to_find(
    call: Call, home: Path, arguments: tuple
) -> None:
    assert call("--home", home, *arguments).status in (1, 2)


@pytest.mark.usefixtures("published")
def test_versions_are_listed_verified_and_rolled_back(call: Call, home: Path) -> None:
    def live() -> str:
        (line,) = (line for line in call("--home", home, "publish", "list").out.splitlines() if "*" in line)
        return line.split()[1]

    assert live() == "v000002"
    result = call("--home", home, "publish", "rollback")
    assert (result.status, live()) == (0, "v000001")
    assert "v000001 is live again" in result.out
    assert call("--home", home, "publish", "rollback", "v000009").status == 2
    assert call("--home", home, "publish", "verify", "--all").status == 0


def test_verify_tells_damage(call: Call, home: Path, published: Path) -> None:
    (published / "current/parquet/marts/dim_channel.parquet").unlink()
    result = call("--home", home, "publish", "verify")
    assert result.status == 1
    assert "parquet/marts/dim_channel.parquet is missing" in result.out


@pytest.mark.usefixtures("published")
def test_an_answer_is_a_table_csv_or_json(call: Call, home: Path) -> None:
    columns = "touch_id, cents, occurred_at, cents > 0 as is_paid, null as nothing"
    sql = f"select {columns} from marts.fct_touch order by all limit 2"
    table = call("--home", home, "query", sql)
    assert (table.status, table.out.split()[:5]) == (
        0,
        ["touch_id", "cents", "occurred_at", "is_paid", "nothing"],
    )
    rows = list(csv.DictReader(io.StringIO(call("--home", home, "query", sql, "--format", "csv").out)))
    assert rows[1] == {
        "touch_id": "t000001",
        "cents": "1.00",
        "occurred_at": "2026-01-11T00:00:00",
        "is_paid": "true",
        "nothing": "",
    }
    objects = json.loads(call("--home", home, "query", sql, "--format", "json").out)
    assert objects[1] == {
        "touch_id": "t000001",
        "cents": 1.0,
        "occurred_at": "2026-01-11T00:00:00",
        "is_paid": True,
        "nothing": None,
    }


@pytest.mark.usefixtures("published")
def test_a_table_shows_the_first_rows_and_says_so(call: Call, home: Path) -> None:
    sql = "select touch_id from marts.fct_touch"
    assert "the first 50 rows" in call("--home", home, "query", sql).out
    assert call("--home", home, "query", sql, "--limit", 0).out.count("t0000") == 60
    assert call("--home", home, "query", sql, "--format", "csv").out.count("t0000") == 60
    assert call("--home", home, "query", sql, "--format", "csv", "--limit", 3).out.count("t0000") == 3


@pytest.mark.usefixtures("published")
def test_questions_are_listed_shown_and_asked(call: Call, home: Path) -> None:
    assert "Do the books balance?" in call("query", "--list").out
    assert "from reports.rpt_ledger" in call("query", "-q", "ledger", "--sql").out
    assert "balanced" in call("--home", home, "query", "select verdict from reports.rpt_ledger").out
    assert call("--home", home, "query", "-q", "leger").status == 2
    assert call("--home", home, "query", "select * from nowhere").status == 2
    assert call("--home", home, "query").status == 2


def test_status_tells_what_is_live(call: Call, home: Path, published: Path) -> None:
    result = call("--home", home, "status")
    assert result.status == 0
    assert f"live: {current(published).version}" in result.out
    assert "marts.dim_channel" in result.out
