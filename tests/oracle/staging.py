"""What exists at as_of: rows of the future left out, and of each key its newest version.

Which records are merged or deleted is not judged here.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from tests.oracle.clock import Clock

KEYS = {
    "marketing_contact": ("contact_id",),
    "marketing_touch": ("touch_id",),
    "campaign": ("campaign_id",),
    "ad_spend": ("spend_date", "platform", "campaign_id"),
    "web_visit_daily": ("visit_date", "utm_source", "utm_medium", "utm_campaign"),
    "crm_user": ("user_id",),
    "crm_lead": ("lead_id",),
    "crm_lead_history": ("history_id",),
    "crm_account": ("account_id",),
    "crm_contact": ("crm_contact_id",),
    "crm_opportunity": ("opportunity_id",),
    "crm_opportunity_contact": ("opportunity_id", "crm_contact_id"),
    "crm_opportunity_history": ("history_id",),
    "crm_activity": ("activity_id",),
}
INSTANTS = ("created_at", "occurred_at", "changed_at")
DAYS = ("spend_date", "visit_date")


def staged(landed: dict[str, list[dict]], clock: Clock) -> dict[str, list[dict]]:
    """One row a key, of every table; a table that is not landed is empty."""
    return {table: _table(landed.get(table, []), key, clock) for table, key in KEYS.items()}


def _table(rows: list[dict], key: tuple[str, ...], clock: Clock) -> list[dict]:
    versions = defaultdict(list)
    for row in rows:
        if _exists(row, clock):
            versions[tuple(row[column] for column in key)].append(row)
    return [newest(group, clock.as_of) for group in versions.values()]


def _exists(row: dict, clock: Clock) -> bool:
    instants = [row.get(column) for column in INSTANTS]
    dates = [row.get(column) for column in DAYS]
    today = clock.day(clock.as_of)
    return not any(at and at > clock.as_of for at in instants) and not any(
        day and day > today for day in dates
    )


def newest(versions: list[dict], as_of: datetime) -> dict:
    """The version that speaks: the highest not updated after as_of, else the earliest."""

    def order(row: dict) -> tuple:
        updated = row.get("updated_at") or datetime.min
        return updated, row["_loaded_at"], row["_load_id"], row["_row_number"]

    known = [row for row in versions if not row.get("updated_at") or row["updated_at"] <= as_of]
    return max(known, key=order) if known else min(versions, key=order)
