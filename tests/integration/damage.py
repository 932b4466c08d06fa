"""A deployment whose landing is damaged by tests, and the doctor that looks at it.

What the doctor is to find and mend belongs to the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.landing.safekeeping import keep_copy
from orchestration.landing import land_table
from orchestration.night import Night
from orchestration.quality.gate1 import admit_pending
from orchestration.settings import load_deployment
from tests.conftest import Call
from tests.deployments import lay_out

LEADS = 'lead_id,created_at,status\n1,2026-01-01,new\n2,soon,new\n3,2026-01-03,"open"\n'


def lay_out_landed(folder: Path) -> Path:
    """A deployment with one load of two admitted rows and a quarantined one, its manifest copied."""
    tables = {"crm_lead": {"path": "leads*.csv", "rejection": {"rows": 10, "share": 0.9}}}
    home = lay_out(folder, {"sources": {"crm": {"type": "files", "tables": tables}}})
    (home / "leads.csv").write_text(LEADS)
    land(home)
    keep_copy(load_deployment(home).layout)
    return home


def doctor_of(call: Call, home: Path) -> Callable[..., list[str]]:
    """Runs the doctor; gives the lines it printed and checks that the status fits them."""

    def run(*arguments: str) -> list[str]:
        result = call("--home", home, "doctor", *arguments)
        lines = [line for line in result.out.splitlines() if line.strip()]
        is_well = "all is well" in lines[0] or "all is mended" in lines[-1]
        assert result.status == int(not is_well), result.out + result.err
        return lines

    return run


def land(home: Path) -> None:
    deployment = load_deployment(home)
    night = Night("run-1", datetime(2026, 7, 1), deployment)
    land_table(night, "crm_lead")
    admit_pending(deployment.layout, night.manifest, deployment.sources["crm"], "crm_lead")


def only(home: Path, layer: str) -> Path:
    (path,) = (home / "data" / layer).rglob("*.parquet")
    return path


def content(home: Path) -> list[tuple]:
    return duckdb.sql(f"select lead_id, status from '{only(home, 'admitted')}' order by all").fetchall()
