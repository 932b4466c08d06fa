"""A deployment on files of leads, landed and admitted without a whole night.

What is landed when is for the tests to say.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.landing.manifest import Manifest
from orchestration.landing import land_table
from orchestration.night import Night
from orchestration.quality.gate1 import admit_pending
from orchestration.settings import Deployment, load_deployment
from tests.deployments import lay_out

AS_OF = datetime(2026, 7, 1)
LEADS = "lead_id,created_at,updated_at\n1,2026-01-01,2026-01-01\n2,2026-02-01,2026-02-01\n3,2026-03-01,2026-03-01\n"


def deployment(home: Path, table: dict[str, Any] | None = None, **options: Any) -> Deployment:
    tables = {"crm_lead": {"path": "leads*.csv", **(table or {})}}
    lay_out(home, {"sources": {"crm": {"type": "files", "tables": tables}}, "retry_seconds": 0, **options})
    return load_deployment(home)


def admit(made: Deployment) -> None:
    admit_pending(made.layout, Manifest(made.layout.manifest_db), made.sources["crm"], "crm_lead")


def landed(made: Deployment, since: datetime | None = None) -> list[str]:
    """Land what is new and admit it; gives the landed lead ids, in order."""
    loads = land_table(Night("run-1", AS_OF, made, since), "crm_lead").loads
    admit(made)
    rows = [
        duckdb.sql(f"select lead_id from '{made.layout.root / load.path}' order by _row_number").fetchall()
        for load in loads
    ]
    return [row[0] for found in rows for row in found]
