"""`closedloop run` on a deployment of a few files: a night, one without changes, one that fails.

What a night computes is compared with the oracle elsewhere; here it is what people are told, and the exit status.
"""

from __future__ import annotations

import json
from pathlib import Path

from orchestration.publish import current
from tests.conftest import Call
from tests.sample_warehouse import fetch

LEADS = "lead_id,created_at,email,status\n1,2026-01-05T10:00:00Z,ada@example.com,new\n2,soon,bob@example.com,new\n"
DEALS = (
    "opportunity_id,lead_id,created_at,amount,is_won,is_closed,closed_at\n"
    "d1,1,2026-02-01T00:00:00Z,100,true,true,2026-03-01T00:00:00Z\n"
)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def test_a_night_one_without_changes_and_one_that_fails(call: Call, tmp_path: Path) -> None:
    home = tmp_path / "home"
    call("init", home)
    write(home / "exports/leads.csv", LEADS)
    write(home / "exports/opportunities.csv", DEALS)
    as_of = ("--as-of", "2026-07-01T00:00:00Z")

    night = call("--home", home, "run", *as_of)
    assert night.status == 0, night.out
    assert "identities balance" in night.out
    assert ["crm", "crm_lead", "1", "2", "1", "1"] in [line.split() for line in night.out.splitlines()]
    assert ["crm_lead", "created_at", "readable", "1"] in [line.split() for line in night.out.splitlines()]
    assert str(home / "data/published/closedloop.duckdb") in night.out
    assert "landed crm_lead of crm: 2 rows" in night.err
    (log,) = (home / "data/runs").rglob("night.jsonl")
    assert {"at", "level", "logger", "run_id", "message"} == set(json.loads(log.read_text().splitlines()[0]))
    live = current(home / "data/published")
    sql = "select current_stage, won_amount from marts.fct_lead_to_deal"
    assert (
        call("--home", home, "query", sql, "--format", "csv").out
        == "current_stage,won_amount\ncustomer,100.00\n"
    )

    silent = (
        "select table_name from duckdb_tables() where comment is null "
        "union all select view_name from duckdb_views() where not internal and comment is null "
        "union all select table_name || '.' || column_name from duckdb_columns() where not internal and comment is null"
    )
    for name in ("closedloop.duckdb", "closedloop_restricted.duckdb"):
        assert fetch(home / "data/published" / name, silent) == []

    again = call("--home", home, "run", *as_of)
    assert (again.status, again.out.splitlines()[0].split(",")[0]) == (0, f"Nothing changed: {live.version}")
    assert current(home / "data/published") == live

    record = (home / "data/published/manifest.json").resolve()
    record.chmod(0o644)
    record.write_text("{")
    replaced = call("--home", home, "run", *as_of)
    assert replaced.status == 0, "a damaged record of the live version stops no night"
    live = current(home / "data/published")
    assert live.version == "v000002"
    assert "v000001" in call("--home", home, "doctor", "--repair").out

    write(home / "exports/leads.csv", "customer,when\nAda,yesterday\n")
    failed = call("--home", home, "run", *as_of)
    assert failed.status == 1
    assert "exports/leads.csv" in failed.out
    assert "lead_id" in failed.out
    assert f"{live.version}, as of 2026-07-01 00:00:00 UTC, still serves" in failed.out
    assert current(home / "data/published") == live
    results = [line.split()[-1] for line in call("--home", home, "status").out.splitlines() if ":" in line]
    assert {"failed", "succeeded"} <= set(results)


def test_a_mistake_in_the_agreement_is_told_before_anything_starts(call: Call, tmp_path: Path) -> None:
    home = tmp_path / "home"
    call("init", home)
    with (home / "seeds/stage_mapping.csv").open("a") as file:
        file.write("*,lead,odd,nowhere\n")
    result = call("--home", home, "run")
    assert result.status == 2
    assert "stage_mapping.csv, line" in result.err
    assert not (home / "data").exists()
