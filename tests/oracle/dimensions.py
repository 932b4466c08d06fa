"""Rows of the dimensions that come from extracts and seeds as they are: accounts, campaigns, channels, owners.

With the days and stages that all facts are counted by. People and SLA policies stand beside what they are made of.
"""

from __future__ import annotations

from datetime import date, timedelta

from tests.oracle.clock import Clock
from tests.oracle.patterns import plain
from tests.oracle.stages import FUNNEL, ORDER

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


def stages() -> list[dict]:
    return [
        {"stage": stage, "stage_position": place + 1, "is_funnel": stage in FUNNEL}
        for stage, place in ORDER.items()
    ]


def days(facts: list[dict], clock: Clock) -> list[dict]:
    """Rows of dim_date: local days from the first journey's year to the end of the year after as_of.

    None lies before 1970.
    """
    first = min((clock.day(fact["lead_at"]) for fact in facts), default=clock.day(clock.as_of))
    day = max(first.replace(month=1, day=1), date(1970, 1, 1))
    last = date(clock.day(clock.as_of).year + 1, 12, 31)
    rows = []
    while day <= last:
        rows.append(
            {
                "date_day": day,
                "starts_at": clock.midnight(day),
                "month_start": day.replace(day=1),
                "quarter_start": day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
                "year_start": day.replace(month=1, day=1),
                "iso_weekday": day.isoweekday(),
            }
        )
        day += timedelta(days=1)
    return rows
