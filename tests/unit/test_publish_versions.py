"""Versions of the publication: what makes a new one, how many stay, going back, and what damage does.

Which files a version holds is tested in test_publish_files; readers and kills in the integration tests.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.publish import PublishError, current, rollback, verify, versions
from orchestration.publish.version_store import VersionStore
from tests.sample_warehouse import AS_OF, fetch, publish_warehouse, write_warehouse

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return write_warehouse(tmp_path / "warehouse.duckdb")


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return tmp_path / "published"


def label(published: Path) -> str:
    return fetch(published / "closedloop.duckdb", "select channel from marts.dim_channel")[0][0]


def three_versions(warehouse: Path, published: Path) -> list[str]:
    return [
        publish_warehouse(write_warehouse(warehouse, label=name), published, inputs_key=name).version
        for name in ("a", "b", "c")
    ]


def test_the_first_publication_says_what_it_is(warehouse: Path, published: Path) -> None:
    assert current(published) is None
    publication = publish_warehouse(warehouse, published)
    assert publication == current(published)
    assert (publication.as_of, publication.run_id, publication.git_revision) == (AS_OF, "run-1", "abc")
    assert {table.full_name: table.rows for table in publication.tables} == {
        "marts.dim_channel": 1,
        "marts.fct_touch": 60,
        "marts.touch_days": 60,
        "reports.rpt_ledger": 1,
    }
    assert json.loads((published / "manifest.json").read_text())["as_of"] == "2026-07-01T00:00:00.000000Z"
    assert verify(published) == []


def test_the_same_content_of_the_same_inputs_is_no_new_version(warehouse: Path, published: Path) -> None:
    first = publish_warehouse(warehouse, published)
    again = publish_warehouse(warehouse, published, run_id="run-2", as_of=datetime(2026, 7, 2))
    assert again == first
    assert [version.version for version in versions(published)] == [first.version]


@pytest.mark.parametrize(
    "change",
    [{"label": "b"}, {"touches": 61}, {"email": "grace@example.com"}],
    ids=["small", "long", "restricted"],
)
def test_any_change_of_content_is_a_new_version(warehouse: Path, published: Path, change: dict) -> None:
    first = publish_warehouse(warehouse, published)
    second = publish_warehouse(write_warehouse(warehouse, **change), published)
    assert second.version != first.version
    assert second.content != first.content
    assert current(published) == second


def test_other_inputs_are_a_new_version_of_the_same_content(warehouse: Path, published: Path) -> None:
    first = publish_warehouse(warehouse, published)
    second = publish_warehouse(warehouse, published, inputs_key="other")
    assert second.version != first.version
    assert second.content == first.content


def test_the_order_of_rows_changes_nothing(warehouse: Path, published: Path) -> None:
    first = publish_warehouse(warehouse, published)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create or replace table marts.fct_touch as select * from marts.fct_touch order by touch_id desc"
        )
    assert publish_warehouse(warehouse, published) == first


def test_rows_given_twice_are_another_content(warehouse: Path, published: Path) -> None:
    """An even number of equal rows cancels out in an exclusive or; the sum and the count tell them apart."""
    first = publish_warehouse(warehouse, published)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("insert into marts.dim_channel select * from marts.dim_channel")
        connection.execute("insert into marts.dim_channel select * from marts.dim_channel limit 1")
    assert publish_warehouse(warehouse, published).content != first.content


def test_the_newest_versions_stay(warehouse: Path, published: Path) -> None:
    for number in range(5):
        publish_warehouse(write_warehouse(warehouse, touches=number + 1), published, keep_versions=3)
    assert [version.version for version in versions(published)] == ["v000005", "v000004", "v000003"]
    assert sorted(entry.name for entry in (published / "versions").iterdir()) == [
        "v000003",
        "v000004",
        "v000005",
    ]


def test_versions_of_intraday_runs_push_no_night_off_the_shelf(warehouse: Path, published: Path) -> None:
    for number, only in enumerate([None, "sla", "sla", None, "sla", "sla", "sla"], start=1):
        publish_warehouse(write_warehouse(warehouse, touches=number), published, keep_versions=2, only=only)
    kept = [("v000007", "sla"), ("v000006", "sla"), ("v000004", None), ("v000001", None)]
    assert [(version.version, version.only) for version in versions(published)] == kept


def test_the_live_version_stays_however_old(warehouse: Path, published: Path) -> None:
    first, *_ = three_versions(warehouse, published)
    rollback(published, first)
    publish_warehouse(write_warehouse(warehouse, label="a"), published, inputs_key="a", keep_versions=2)
    assert current(published).version == first
    assert [version.version for version in versions(published)] == ["v000003", "v000002", "v000001"]


def test_rollback_goes_one_back_each_time_and_to_any_version_by_name(
    warehouse: Path, published: Path
) -> None:
    first, second, third = three_versions(warehouse, published)
    assert rollback(published).version == second
    assert label(published) == "b"
    assert rollback(published).version == first
    assert label(published) == "a"
    with pytest.raises(PublishError, match="no version before v000001"):
        rollback(published)
    assert rollback(published, third).version == third
    assert label(published) == "c"
    with pytest.raises(PublishError, match="expected one of: v000001, v000002, v000003"):
        rollback(published, "v000099")


def test_the_next_publication_after_a_rollback_is_live(warehouse: Path, published: Path) -> None:
    first, _, third = three_versions(warehouse, published)
    rollback(published, first)
    assert publish_warehouse(warehouse, published, inputs_key="c").version == third
    rollback(published, first)
    assert publish_warehouse(write_warehouse(warehouse, label="d"), published).version == "v000004"
    assert label(published) == "d"


def test_verify_names_each_damage_and_rollback_refuses_it(warehouse: Path, published: Path) -> None:
    first, *_ = three_versions(warehouse, published)
    folder = published / "versions" / first
    (folder / "closedloop.duckdb").chmod(0o644)
    with duckdb.connect(str(folder / "closedloop.duckdb")) as connection:
        connection.execute("update marts.dim_channel set channel = 'z'")
    (folder / "parquet/marts/dim_channel.parquet").unlink()
    (folder / "note.txt").write_text("mine")
    assert verify(published, first) == [
        "parquet/marts/dim_channel.parquet is missing",
        "note.txt was not published",
        "closedloop.duckdb was changed after it was published",
    ]
    assert verify(published) == []
    with pytest.raises(PublishError, match="v000003 stays live"):
        rollback(published, first)
    assert label(published) == "c"


def test_a_damaged_version_is_no_base_for_the_next(warehouse: Path, published: Path) -> None:
    publish_warehouse(warehouse, published)
    for path in (published / "versions/v000001").rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_bytes(b"damaged")
    publication = publish_warehouse(warehouse, published, inputs_key="again")
    assert verify(published) == []
    assert fetch(published / "closedloop.duckdb", "select count(*) from marts.fct_touch") == [(60,)]
    with pytest.raises(PublishError, match=r"manifest\.json cannot be read"):
        rollback(published)
    assert current(published) == publication


def test_what_a_killed_publication_left_is_cleared(warehouse: Path, published: Path) -> None:
    first = publish_warehouse(warehouse, published)
    (published / "versions/.workshop/version").mkdir(parents=True)
    (published / "versions/.removing-v000000").mkdir()
    (published / ".current.link").symlink_to("versions/v000009")
    assert current(published) == first
    publish_warehouse(write_warehouse(warehouse, label="b"), published)
    assert not [path.name for path in (published / "versions").iterdir() if path.name.startswith(".")]
    assert not (published / ".current.link").is_symlink()


def test_a_version_that_a_kill_kept_from_going_live_is_taken_up(warehouse: Path, published: Path) -> None:
    three_versions(warehouse, published)
    (published / "current").unlink()
    (published / "current").symlink_to("versions/v000002")
    assert publish_warehouse(warehouse, published, inputs_key="c").version == "v000003"
    assert label(published) == "c"


def test_a_warehouse_that_is_missing_empty_or_no_database_publishes_nothing(
    warehouse: Path, published: Path, tmp_path: Path
) -> None:
    first = publish_warehouse(warehouse, published)
    with pytest.raises(PublishError, match="there is no warehouse"):
        publish_warehouse(tmp_path / "elsewhere.duckdb", published)
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    with pytest.raises(PublishError, match="no table of marts or reports"):
        publish_warehouse(tmp_path / "empty.duckdb", published)
    (tmp_path / "text.duckdb").write_text("a text, long enough to be looked at as a database" * 500)
    with pytest.raises(PublishError, match="cannot be read"):
        publish_warehouse(tmp_path / "text.duckdb", published)
    assert current(published) == first


def test_a_second_writer_is_refused_or_waits(warehouse: Path, published: Path) -> None:
    three_versions(warehouse, published)
    with (
        VersionStore(published).locked(wait=False),
        pytest.raises(PublishError, match="another process is publishing"),
    ):
        rollback(published)
    assert label(published) == "c"


def test_a_full_disk_leaves_the_former_version_live(warehouse: Path, published: Path) -> None:
    first = publish_warehouse(warehouse, published)
    write_warehouse(warehouse, touches=200_000)
    code = (
        "import sys; from pathlib import Path; from tests.sample_warehouse import publish_warehouse\n"
        "publish_warehouse(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    limit = 600_000
    result = subprocess.run(
        [sys.executable, "-c", code, str(warehouse), str(published)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        timeout=60,
    )
    assert "PublishError: version v000002 could not be written" in result.stderr
    assert current(published) == first
    assert verify(published) == []
    assert publish_warehouse(warehouse, published).version == "v000002"
