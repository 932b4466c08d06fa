"""Windows of a table with a cursor: what lies below it is left out, and nothing else, whatever came in between.

How values compare is tested in the units; errors of reading in test_extraction.
"""

from __future__ import annotations

import os
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.landing.manifest import Manifest
from ingestion.landing.windows import resume_cursor
from ingestion.quarantine import export_quarantined
from ingestion.sources.files.discovery import File
from ingestion.sources.files.errors import UnreadableFile
from orchestration.landing import land_table
from orchestration.night import Night
from orchestration.quality.gate1 import GateError
from orchestration.settings import Deployment
from tests.integration.leads import AS_OF, LEADS, admit, deployment, landed


def test_a_window_is_read_again_by_the_cursor(tmp_path: Path) -> None:
    made = deployment(tmp_path, {"cursor": "updated_at"})
    (tmp_path / "leads.csv").write_text(LEADS)
    assert landed(made) == ["1", "2", "3"]
    assert landed(made) == []
    assert landed(made, datetime(2026, 2, 1)) == ["2", "3"]
    assert landed(made) == []
    assert landed(made, datetime(2026, 5, 1)) == ["3"], (
        "nothing between the cursor and a later moment is passed over"
    )


HEADERS = "lead_id,created_at,updated_at\n"


def send(home: Path, name: str, at: int, *rows: tuple[str, str]) -> None:
    """A file of `rows` (lead id, time of change) that was written `at`, which orders files."""
    (home / name).write_text(HEADERS + "".join(f"{lead},2026-01-01,{moment}\n" for lead, moment in rows))
    os.utime(home / name, (at, at))


EU = ("1", "2026-05-08"), ("2", "2026-05-09")
US = ("3", "2026-05-07"), ("4", "2026-05-08")


def test_the_cursor_moves_once_the_whole_window_is_landed(tmp_path: Path) -> None:
    made = deployment(tmp_path, {"cursor": "updated_at"}, retries=0)
    send(tmp_path, "leads-eu.csv", 1, *EU)
    send(tmp_path, "leads-us.csv", 2, *US)
    opened = File.open
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            File, "open", lambda file: opened(file) if "eu" in file.unit else failing_open(PermissionError())
        )
        with pytest.raises(UnreadableFile):
            landed(made)
    admit(made)
    assert landed(made) == ["3", "4"], "what lies below the file landed before was never read"
    send(tmp_path, "leads-us.csv", 3, *US, ("5", "2026-05-09"))
    assert landed(made) == ["5"]


def failing_open(error: Exception) -> Any:
    raise error


def test_a_retry_reads_the_rest_of_the_window_from_the_same_cursor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = deployment(tmp_path, {"cursor": "updated_at"}, retries=1)
    send(tmp_path, "leads-eu.csv", 1, *EU)
    send(tmp_path, "leads-us.csv", 2, *US)
    opened, errors = File.open, [TimeoutError()]
    monkeypatch.setattr(
        File,
        "open",
        lambda file: failing_open(errors.pop()) if "us" in file.unit and errors else opened(file),
    )
    assert landed(made) == ["1", "2", "3", "4"]
    assert not errors


def of_before(home: Path, script: str) -> Deployment:
    """A deployment that has landed a file with a manifest which `script` makes one of an older closedloop; the next
    file lies there."""
    made = deployment(home, {"cursor": "updated_at"})
    send(home, "leads-eu.csv", 1, *EU)
    assert landed(made) == ["1", "2"]
    with sqlite3.connect(made.layout.manifest_db) as manifest:
        manifest.executescript(script)
    send(home, "leads-us.csv", 2, *US)
    return made


def test_a_landing_from_before_windows_were_kept_is_read_again_rather_than_cut_short(tmp_path: Path) -> None:
    made = of_before(tmp_path, "drop table load_windows; drop table complete_windows")
    assert landed(made) == ["3", "4"]
    send(tmp_path, "leads-us.csv", 3, *US, ("5", "2026-05-09"))
    assert landed(made) == ["5"], "the cursor is known from then on"


def test_local_times_west_of_utc_are_read_again_from_since_on(tmp_path: Path) -> None:
    made = deployment(tmp_path, {"cursor": "updated_at", "timezone": "America/New_York"})
    send(
        tmp_path,
        "leads.csv",
        1,
        ("1", "2026-04-30 14:59:59"),
        ("2", "2026-05-01 12:00:00"),
        ("3", "2026-05-09"),
    )
    assert landed(made) == ["1", "2", "3"]
    assert landed(made, datetime(2026, 5, 1, 15)) == ["2", "3"], "it was 16:00 in UTC"


def test_a_moment_still_to_come_leaves_no_row_out(tmp_path: Path) -> None:
    made = deployment(tmp_path, {"cursor": "updated_at"})
    send(tmp_path, "leads-eu.csv", 1, *EU, ("9", "2206-05-09"), ("10", "9999-12-31"))
    assert landed(made) == ["1", "2", "9", "10"]
    send(tmp_path, "leads-us.csv", 2, ("3", "2026-05-08"), ("4", "2026-05-10"))
    assert landed(made) == ["4"]


def test_a_manifest_of_before_with_a_moment_still_to_come_leaves_no_row_out(tmp_path: Path) -> None:
    made = of_before(tmp_path, "update loads set cursor = '9999-12-31'")
    assert landed(made) == ["3", "4"]


@pytest.mark.parametrize("name", ["leads-eu.csv", "leads-eu-mended.csv"])
def test_what_a_refused_file_held_is_landed_when_sent_again(tmp_path: Path, name: str) -> None:
    made = deployment(tmp_path, {"cursor": "updated_at", "rejection": {"rows": 0, "share": 0}})
    send(tmp_path, "leads.csv", 1, ("1", "2026-05-01"))
    assert landed(made) == ["1"]
    (tmp_path / "leads-eu.csv").write_text(HEADERS + "2,soon,2026-05-08\n3,soon,2026-05-09\n")
    with pytest.raises(GateError):
        landed(made)
    send(tmp_path, "leads-us.csv", 2, ("4", "2026-05-10"))
    with pytest.raises(GateError):
        landed(made)
    send(tmp_path, name, 3, ("0", "2026-04-01"), ("2", "2026-05-08"), ("3", "2026-05-09"))
    loads = land_table(Night("run-1", AS_OF, made), "crm_lead").loads
    assert [load.rows for load in loads] == [2], (
        "all but what lies below the cursor the refused file was read from"
    )


def test_a_file_of_which_rows_are_quarantined_is_read_from_where_it_was(tmp_path: Path) -> None:
    made = deployment(tmp_path, {"cursor": "updated_at", "rejection": {"rows": 9, "share": 0.9}})
    send(tmp_path, "leads.csv", 1, ("1", "2026-05-01"))
    assert landed(made) == ["1"]
    dirty = HEADERS + "2,soon,2026-05-08\n3,2026-01-01,2026-05-09\n"
    for name in ("leads-eu.csv", "leads-us.csv"):
        (tmp_path / name).write_text(dirty)
    assert landed(made) == ["2", "3", "2", "3"]
    send(tmp_path, "leads-eu.csv", 2, ("0", "2026-04-01"), ("2", "2026-05-08"), ("3", "2026-05-09"))
    send(tmp_path, "leads-new.csv", 3, ("4", "2026-05-08"), ("5", "2026-05-09"))
    assert landed(made) == ["2", "3", "5"], "what others send is read from the cursor all the same"
    send(tmp_path, "leads-eu.csv", 4, ("2", "2026-05-08"), ("3", "2026-05-09"), ("6", "2026-05-10"))
    assert landed(made) == ["3", "6"], "nothing of it is quarantined any more"


def test_mended_rows_are_landed_whatever_the_cursor(tmp_path: Path) -> None:
    made = deployment(tmp_path, {"cursor": "updated_at", "rejection": {"rows": 9, "share": 0.9}})
    (tmp_path / "leads.csv").write_text(HEADERS + "2,soon,2026-05-08\n3,2026-01-01,2026-05-09\n")
    assert landed(made) == ["2", "3"]
    mended = tmp_path / "leads-mended.csv"
    assert export_quarantined(
        made.layout, Manifest(made.layout.manifest_db), mended, source="crm", table="crm_lead"
    ) == (1, 0)
    mended.write_text(mended.read_text().replace("soon", "2026-01-01", 1))
    assert landed(made) == ["2"]


def test_a_load_that_waits_for_gate_1_holds_the_cursor(tmp_path: Path) -> None:
    made = deployment(tmp_path, {"cursor": "updated_at"})
    send(tmp_path, "leads.csv", 1, ("1", "2026-05-01"))
    assert landed(made) == ["1"]
    night = Night("run-1", AS_OF, made)
    send(tmp_path, "leads-eu.csv", 2, *EU)
    land_table(night, "crm_lead")
    assert resume_cursor(night.manifest, "crm", "crm_lead") == "2026-05-01"
    admit(made)
    assert resume_cursor(night.manifest, "crm", "crm_lead") == "2026-05-09"


def test_a_cursor_that_is_no_moment_gives_all_rows_again(tmp_path: Path) -> None:
    made = deployment(tmp_path, {"cursor": "lead_id"})
    (tmp_path / "leads.csv").write_text(LEADS)
    assert landed(made) == ["1", "2", "3"]
    assert landed(made, datetime(2026, 2, 1)) == ["1", "2", "3"]
