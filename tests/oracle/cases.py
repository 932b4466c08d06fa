"""Short ways to write a case down: rows that name only what matters, and the oracle's marts for them.

What cases should come to stands in the tests.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from tests.oracle.compute import compute
from tests.oracle.warehouse import number_rows

AS_OF = datetime(2024, 6, 30)
MAPPING = [
    {"source_system": None, "object": "lead", "value": stage, "stage": stage}
    for stage in ("mql", "sal", "sql", "recycled", "disqualified", "customer", "closed_lost")
]


def june(day: float) -> datetime:
    return datetime(2024, 6, 1) + timedelta(days=day - 1)


def marts(seeds: dict | None = None, variables: dict | None = None, **tables: list[dict]) -> dict:
    """The oracle's marts for tables of rows that name only what matters."""
    meta = {"_source_system": "crm", "_load_id": "1", "_loaded_at": AS_OF}
    landed = number_rows({table: [meta | row for row in rows] for table, rows in tables.items()})
    return compute(landed, {"stage_mapping": MAPPING} | (seeds or {}), {"as_of": AS_OF} | (variables or {}))


def lead(key: str, day: float, **more: object) -> dict:
    return {"lead_id": key, "created_at": june(day), "status": "new"} | more


def became(key: str, stage: str, day: float) -> dict:
    row = {"history_id": f"{key} {stage} {day}", "lead_id": key, "field": "status"}
    return row | {"new_value": stage, "changed_at": june(day)}


def deal(key: str, day: float, closed: float | None = None, won: bool = True, **more: object) -> dict:
    row = {"opportunity_id": key, "created_at": june(day), "amount": Decimal(100)}
    if closed is not None:
        row |= {"closed_at": june(closed), "is_closed": True, "is_won": won}
    return row | more


def story(result: dict) -> list[tuple[int, str, datetime]]:
    """Cycle, stage and own timestamp of each kept event, in cutting order."""
    cycles = {row["journey_id"]: row["cycle_number"] for row in result["fct_lead_to_deal"]}
    return [(cycles[r["journey_id"]], r["stage"], r["entered_at"]) for r in result["fct_stage_event"]]


def touch(key: str, day: float, channel: str = "email", mailbox: str = "a@a.example", **more: object) -> dict:
    """A touch of whoever has the mailbox."""
    row = {"touch_id": key, "occurred_at": june(day), "touch_type": "visit"}
    return row | {"channel": channel, "email": mailbox} | more
