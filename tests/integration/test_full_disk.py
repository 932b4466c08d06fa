"""A disk that takes no more, met at each step that writes: clear words, nothing half done, and all of it the next time.

Each step runs in a process of its own whose files may not grow beyond a size; the system then says `File too large`
where a full disk says `No space left on device`.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random

import dagster as dg
import duckdb
import pytest

from ingestion.landing.manifest import Manifest
from orchestration.defs.resources import plain_errors
from orchestration.landing import land_table
from orchestration.night import Night
from orchestration.publish import current, verify
from orchestration.quality.gate1 import admit_pending
from orchestration.settings import REPOSITORY, load_deployment
from orchestration.upkeep.full_disk import full_disk
from tests.deployments import lay_out
from tests.sample_warehouse import publish_warehouse, write_warehouse

ROWS = 60_000
LEAST = 300_000
"""Bytes a file may grow to: less than what `ROWS` random names take, more than all that is written beside them."""

STEP = """
import sys
from pathlib import Path
from orchestration.upkeep.full_disk import full_disk
from tests.integration import test_full_disk
try:
    getattr(test_full_disk, sys.argv[1])(Path(sys.argv[2]))
except Exception as error:
    print(type(error).__name__, full_disk(error))
"""


def land(home: Path) -> None:
    land_table(Night("run-1", datetime(2026, 7, 1), load_deployment(home)), "crm_lead")


def admit(home: Path) -> None:
    deployment = load_deployment(home)
    manifest = Manifest(deployment.layout.manifest_db)
    admit_pending(deployment.layout, manifest, deployment.sources["crm"], "crm_lead")


def publish(folder: Path) -> None:
    publish_warehouse(folder / "warehouse.duckdb", folder / "published", inputs_key="more")


def limited(limit: int, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python in a process whose files may not grow beyond `limit` bytes."""
    return subprocess.run(
        [sys.executable, "-c", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
    )


def out_of_room(step: Callable[[Path], None], folder: Path) -> str:
    """The error of a step that finds no room, its kind and the words for it."""
    result = limited(LEAST, STEP, step.__name__, folder)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A deployment with a small file that was landed and admitted, and a large one that came since."""
    tables = {"crm_lead": {"path": "leads*.csv"}}
    folder = lay_out(tmp_path / "home", {"sources": {"crm": {"type": "files", "tables": tables}}})
    (folder / "leads-1.csv").write_text("lead_id,created_at,full_name\n1,2026-01-01,Ada\n")
    land(folder)
    admit(folder)
    random = Random(1)
    lines = (f"{lead},2026-01-01,{random.getrandbits(200):x}\n" for lead in range(2, ROWS + 2))
    (folder / "leads-2.csv").write_text("lead_id,created_at,full_name\n" + "".join(lines))
    return folder


def assert_all_is_admitted(home: Path) -> None:
    layout = load_deployment(home).layout
    loads = Manifest(layout.manifest_db).loads()
    assert [(load.state, load.admitted_rows) for load in loads] == [("admitted", 1), ("admitted", ROWS)]
    assert {path.name for path in layout.root.rglob("*.parquet*")} == {Path(load.path).name for load in loads}
    query = f"select count(distinct lead_id), count(*) from '{layout.admitted}/**/*.parquet'"
    assert duckdb.sql(query).fetchone() == (ROWS + 1, ROWS + 1)


@pytest.mark.parametrize("step", [land, admit])
def test_landing_says_so_and_records_nothing(home: Path, step: Callable[[Path], None]) -> None:
    if step is admit:
        land(home)
    loads = Manifest(load_deployment(home).layout.manifest_db).loads()
    said = out_of_room(step, home)
    assert "the disk takes no more: " in said
    assert "File too large" in said
    assert "Make room" in said
    assert Manifest(load_deployment(home).layout.manifest_db).loads() == loads
    land(home)
    admit(home)
    assert_all_is_admitted(home)


def test_a_landed_file_that_the_manifest_had_no_room_for_is_landed_again(home: Path) -> None:
    """Its rows that are no rows are kept in the manifest: more text than it may take."""
    (home / "leads-2.csv").write_text("lead_id,created_at,full_name\n" + f"1,{'x' * 100}\n" * 9000)
    manifest = Manifest(load_deployment(home).layout.manifest_db)
    assert out_of_room(land, home).startswith("ManifestError ")
    assert len(manifest.loads()) == 1
    land(home)
    assert manifest.loads()[1].unreadable == 9000
    assert len(list(load_deployment(home).layout.landing.rglob("*.parquet"))) == 2


def test_publishing_says_so_and_the_version_before_stays(tmp_path: Path) -> None:
    published = tmp_path / "published"
    publish_warehouse(write_warehouse(tmp_path / "warehouse.duckdb"), published)
    before = current(published)
    write_warehouse(tmp_path / "warehouse.duckdb", touches=200_000)
    said = out_of_room(publish, tmp_path)
    assert said.startswith("PublishError the disk takes no more: ")
    assert current(published) == before
    assert verify(published) == []
    assert [path.name for path in (published / "versions").iterdir()] == [before.version]
    publish(tmp_path)
    assert current(published).version == "v000002"


def test_a_command_says_so_without_a_traceback(home: Path) -> None:
    (home / "leads-2.csv").write_text("lead_id,created_at,full_name\n,2026-01-01,Ada\n")
    land(home)
    admit(home)
    command = "from orchestration.cli import main; main()"
    result = limited(1000, command, "--home", home, "quarantine", "replay")
    assert result.returncode == 1
    assert result.stderr.startswith("the disk takes no more: ")
    assert len(result.stderr.splitlines()) == 1


def _out_of_room() -> None:
    try:
        raise OSError(28, "No space left on device", "x.parquet")
    except OSError as error:
        raise RuntimeError("the file could not be placed") from error


def test_a_step_of_a_night_fails_in_these_words() -> None:
    with pytest.raises(dg.Failure) as failed, plain_errors():
        _out_of_room()
    told = "the disk takes no more: [Errno 28] No space left on device: 'x.parquet'; expected room"
    assert failed.value.description.startswith(told)
    assert full_disk(PermissionError(13, "Permission denied")) is None
