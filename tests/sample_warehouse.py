"""A small warehouse to publish from, as the tests of publication need it.

Only its making belongs here; no assertions.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publish import Description, Publication, publish

AS_OF = datetime(2026, 7, 1)
DESCRIPTIONS = {
    "fct_touch": Description("Touches. Grain: one row per touch.", {"touch_id": "Key; the person's touch."})
}


def write_warehouse(path: Path, touches: int = 60, label: str = "a", email: str = "ada@example.com") -> Path:
    """A warehouse with two marts, a view, a report, a person and layers that are not to be published.

    `label` changes one small table, `touches` the long one, `email` the restricted one.
    """
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        for schema in ("staging", "marts", "reports", "restricted"):
            connection.execute(f"create schema {schema}")
        connection.execute(f"create table staging.stg_crm__leads as select '{email}' as email")
        connection.execute(
            f"create table restricted.dim_person as select 'p1' as person_id, '{email}' as email"
        )
        connection.execute(
            f"create table marts.dim_channel as select '{label}' as channel, true as is_standard"
        )
        connection.execute(
            "create table marts.fct_touch as "
            "select 't' || lpad(cast(i as varchar), 6, '0') as touch_id, 'p1' as person_id, "
            "timestamp '2026-01-10' + to_days(cast(i as int)) as occurred_at, cast(i as decimal(18, 2)) as cents "
            f"from range({touches}) as numbers (i)"
        )
        connection.execute(
            "create view marts.touch_days as select distinct occurred_at from warehouse.marts.fct_touch"
        )
        connection.execute(
            "create table reports.rpt_ledger as select 'rows' as identity, 'balanced' as verdict"
        )
    return path


def publish_warehouse(warehouse: Path, published: Path, **given: Any) -> Publication:
    """Publish with what the tests do not care about filled in."""
    return publish(
        warehouse,
        published,
        **{
            "as_of": AS_OF,
            "run_id": "run-1",
            "git_revision": "abc",
            "schema_version": "1",
            "inputs_key": "inputs",
            "keep_versions": 7,
            "descriptions": DESCRIPTIONS,
            **given,
        },
    )


def fetch(database: Path, sql: str) -> list[tuple[Any, ...]]:
    """All rows of a query on a file, opened as readers do."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).fetchall()
