"""Rows of rpt_data_quality: what was wrong with merges, deals, rates, words, channels and clocks.

Verdicts of gate 1 are its own: rows of random worlds do not pass through it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from tests.oracle.business_time import Calendar
from tests.oracle.clock import Clock
from tests.oracle.deals import Deal
from tests.oracle.money import Rates
from tests.oracle.patterns import plain
from tests.oracle.records import LEAD, TABLES, Records
from tests.oracle.stages import StageWords

CRITICAL = ("missing_exchange_rate", "clock_outside_calendar")
ALWAYS = [
    ("closed_without_date", "crm_opportunity", ""),
    ("unknown_channel", "marketing_touch", ""),
    ("stages_out_of_order", "crm_lead", ""),
    *((defect, table, "") for defect in ("merge_cycle", "missing_survivor") for table, *_ in TABLES.values()),
]
"""Check, table and subject of the rows that are there though nothing fails."""


def data_quality(
    tables: dict[str, list[dict]],
    records: Records,
    deals: list[Deal],
    marts: dict[str, list[dict]],
    words: StageWords,
    rates: Rates,
    calendars: dict[str, Calendar],
    clock: Clock,
) -> list[dict]:
    """`marts` holds the oracle's rows of journeys, touches and clocks."""
    failed = Counter(dict.fromkeys(ALWAYS, 0))
    failed.update((defect, TABLES[kind][0], "") for kind, defect in records.merge_defects)
    failed.update(ALWAYS[0] for deal in deals if deal.is_undated)
    failed.update(ALWAYS[1] for touch in marts["fct_touch"] if touch["channel"] == "unknown")
    failed.update(ALWAYS[2] for fact in marts["fct_lead_to_deal"] if fact["is_out_of_order"])
    failed.update(
        ("missing_exchange_rate", table, f"{rates.currency(currency)} on {day}")
        for table, amount, currency, day in _amounts(tables, records, deals, clock)
        if amount is not None and rates.convert(amount, currency, day) is None
    )
    failed.update(
        ("unmapped_status", "crm_lead_history", row["new_value"].strip())
        for row in tables["crm_lead_history"]
        if plain(row["field"]) == "status"
        and plain(row["new_value"])
        and not words.stage("lead", row["new_value"], row["_source_system"])
    )
    for subject, clocks in _unmeasured(marts["fct_sla_event"], calendars).items():
        failed["clock_outside_calendar", "crm_lead", subject] += clocks
    return [
        {
            "check_name": check,
            "table_name": table,
            "subject": subject,
            "severity": "critical" if check in CRITICAL else "warning",
            "status": "fail" if rows else "pass" if tables[table] else "not_applicable",
            "failed_rows": rows,
        }
        for (check, table, subject), rows in failed.items()
    ]


def _amounts(
    tables: dict[str, list[dict]], records: Records, deals: list[Deal], clock: Clock
) -> Iterator[tuple]:
    """Table, amount, currency and the day whose rate it needs; what is deleted or merged needs none."""
    for deal in deals:
        yield "crm_opportunity", deal.row["amount"], deal.row["currency"], clock.day(deal.rate_at)
    for row in (record.row for record in records.live.values() if record.kind == LEAD):
        yield "crm_lead", row["potential_value"], row["currency"], clock.day(row["created_at"])
    for row in tables["ad_spend"]:
        yield "ad_spend", row["spend"], row["currency"], row["spend_date"]


def _unmeasured(events: list[dict], calendars: dict[str, Calendar]) -> dict[str, int]:
    """How many clocks no calendar measures, by what is said of it: the first date of any that it lacks."""
    clocks: dict[str | None, list[dict]] = {}
    for event in events:
        ran_without = event["elapsed_minutes"] is not None and event["elapsed_business_minutes"] is None
        if event["exclusion_reason"] == "outside_calendar" or ran_without:
            clocks.setdefault(event["calendar_id"], []).append(event)
    told: dict[str, int] = {}
    for calendar_id, mine in clocks.items():
        calendar = calendars.get(plain(calendar_id))
        if calendar_id is None:
            subject = "no calendar: no policy, owner or default names one"
        elif calendar is None:
            subject = f"unknown calendar {calendar_id}"
        else:
            lacking = min(_first_uncovered(calendar, calendar.date_of(each["started_at"])) for each in mine)
            subject = f"calendar {calendar_id} on {lacking}"
        told[subject] = len(mine)
    return told


def _first_uncovered(calendar: Calendar, day: date) -> date:
    while calendar.covers(day):
        day += timedelta(days=1)
    return day
