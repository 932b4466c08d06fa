"""Rows of the dimensions that come from extracts and seeds as they are: accounts, campaigns, channels, owners.

People and SLA policies stand beside what they are made of; calendars of days and stages hold no facts.
"""

from __future__ import annotations

from tests.oracle.patterns import plain

STANDARD = {
    *("paid_search", "organic_search", "paid_social", "organic_social", "email", "referral", "display"),
    *("event", "webinar", "content", "partner", "direct", "other", "unknown", "unattributed"),
}
ACCOUNT = ("account_id", "name", "industry", "employee_count", "country", "owner_user_id", "created_at")
OWNER = ("team", "role", "calendar_id", "is_active", "manager_user_id")


def accounts(rows: list[dict]) -> list[dict]:
    """Rows of dim_account: live ones."""
    return [
        {name: row[name] for name in ACCOUNT} | {"domain": plain(row["domain"])}
        for row in rows
        if not row["is_deleted"]
    ]


def campaigns(rows: list[dict], reporting_currency: str) -> list[dict]:
    kept = ("campaign_id", "name", "start_date", "end_date", "budget")
    return [
        {name: row[name] for name in kept}
        | {
            "channel": plain(row["channel"]),
            "currency": (plain(row["currency"]) or reporting_currency).upper(),
        }
        for row in rows
    ]


def owners(rows: list[dict]) -> list[dict]:
    """Rows of dim_owner: CRM users, without names and addresses."""
    return [{"owner_user_id": row["user_id"]} | {name: row[name] for name in OWNER} for row in rows]


def channels(*rows_with_channel: list[dict]) -> list[dict]:
    """Rows of dim_channel: those that every deployment has, and any other that a row or a rule names."""
    named = {plain(row["channel"]) for rows in rows_with_channel for row in rows} - {None}
    return [{"channel": name, "is_standard": name in STANDARD} for name in named.union(STANDARD)]
