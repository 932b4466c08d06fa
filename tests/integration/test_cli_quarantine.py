"""`closedloop quarantine` from a bad file to its mended rows, and `closedloop sample` as a source of files.

Gate 1 itself and the simulator are tested where they stand.
"""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.landing import land_table
from orchestration.night import Night
from orchestration.quality.gate1 import admit_pending
from orchestration.settings import load_deployment
from tests.conftest import Call

LEADS = "lead_id,created_at,status\n1,2026-01-01,new\n2,03.02.2026,new\n3,04.02.2026,open\n,2026-01-05,new\n"


@pytest.fixture
def home(tmp_path: Path, call: Call) -> Path:
    """A deployment whose leads are landed and judged: two unreadable dates, one lead without id."""
    folder = tmp_path / "home"
    call("init", folder)
    (folder / "exports").mkdir()
    (folder / "exports/leads.csv").write_text(LEADS)
    (folder / "exports/opportunities.csv").write_text("opportunity_id,created_at\n1,2026-01-01\n")
    deployment = load_deployment(folder)
    night = Night("run-1", datetime(2026, 7, 1), deployment)
    land_table(night, "crm_lead")
    admit_pending(deployment.layout, night.manifest, deployment.sources["crm"], "crm_lead")
    return folder


def mend(home: Path) -> None:
    """Say how the dates are written."""
    path = home / "closedloop.yml"
    line = "        path: exports/leads*.csv"
    columns = '        columns: {created_at: {column: created_at, formats: ["%d.%m.%Y", "%Y-%m-%d"]}}'
    found = [text for text in path.read_text().splitlines() if text.startswith(line)]
    path.write_text(path.read_text().replace(found[0], f"{found[0]}\n{columns}"))


def test_rows_are_listed_shown_and_admitted_once_the_mapping_is_mended(call: Call, home: Path) -> None:
    listed = call("--home", home, "quarantine", "list")
    assert listed.status == 0
    assert [line.split()[:5] for line in listed.out.splitlines() if "crm_lead" in line] == [
        ["crm", "crm_lead", "created_at", "readable", "2"],
        ["crm", "crm_lead", "lead_id", "required", "1"],
    ]
    shown = call("--home", home, "quarantine", "show", "--rule", "readable", "--format", "json")
    rows = json.loads(shown.out)
    assert [(row["line"], json.loads(row["original"])["created_at"]) for row in rows] == [
        (3, "03.02.2026"),
        (4, "04.02.2026"),
    ]
    assert "expected" in rows[0]["reason"]
    mend(home)
    replayed = call("--home", home, "quarantine", "replay")
    assert replayed.status == 0
    assert [line.split()[-2:] for line in replayed.out.splitlines() if "leads.csv" in line] == [["2", "1"]]
    (admitted,) = (home / "data/admitted").rglob("*.parquet")
    assert duckdb.sql(f"select lead_id from '{admitted}' order by all").fetchall() == [("1",), ("2",), ("3",)]


def test_a_name_that_is_none_is_told_not_looked_for(call: Call, home: Path, tmp_path: Path) -> None:
    for command in (("list",), ("show",), ("replay",), ("export", tmp_path / "rows.csv")):
        for names, said in (
            (("--source", "crm", "--table", "crm_leads"), "Write crm_lead if that was meant."),
            (("--source", "crn", "--table", "crm_lead"), "expected one of crm"),
        ):
            asked = call("--home", home, "quarantine", *command, *names)
            assert asked.status == 2
            assert said in asked.err


def test_rows_are_exported_for_mending(call: Call, home: Path, tmp_path: Path) -> None:
    target = tmp_path / "to-mend.csv"
    arguments = ("--home", home, "quarantine", "export", target, "--source", "crm", "--table", "crm_lead")
    assert call(*arguments).status == 0
    with target.open(newline="") as file:
        assert [row["created_at"] for row in csv.DictReader(file)] == [
            "03.02.2026",
            "04.02.2026",
            "2026-01-05",
        ]
    assert call(*arguments).status == 2


def test_nothing_found_is_told(call: Call, home: Path) -> None:
    for arguments in (("show", "--table", "crm_user"), ("replay", "--table", "crm_user")):
        assert call("--home", home, "quarantine", *arguments).status == 1
    listed = call("--home", home, "quarantine", "list", "--table", "crm_user")
    assert (listed.status, listed.out) == (0, "no such rows are quarantined\n")


def test_a_sample_can_be_read_back_as_files(call: Call, tmp_path: Path) -> None:
    result = call("sample", "--to", tmp_path / "exports", "--leads", 50, "--seed", 3, "--clean")
    assert result.status == 0
    leads = duckdb.sql(f"from '{tmp_path}/exports/crm_lead/*.csv'").fetchall()
    assert f"{len(leads):,} rows" in next(line for line in result.out.splitlines() if "crm_lead/" in line)
    again = call("sample", "--to", tmp_path / "again", "--leads", 50, "--seed", 3, "--clean")
    assert again.out.replace("again", "exports") == result.out


def test_an_unknown_defect_is_bad_input(call: Call, tmp_path: Path) -> None:
    result = call("sample", "--to", tmp_path, "--defect", "gremlins")
    assert result.status == 2
    assert "gremlins: no such defect; there are" in result.err
