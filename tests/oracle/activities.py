"""Sales activities: whose they are, which journey they work on, which are attempts and contacts.

Deadlines for attempts do not belong here.
"""

from __future__ import annotations

from collections import defaultdict

from tests.oracle.clock import minutes
from tests.oracle.deals import Deal
from tests.oracle.journeys import Journey, journey_at
from tests.oracle.patterns import plain
from tests.oracle.people import Person
from tests.oracle.records import CRM_CONTACT, LEAD, Records

ATTEMPTS = ("call", "email", "meeting", "message")
CONTACTS = ("connected", "replied", "held")


def sales_activities(
    rows: list[dict],
    records: Records,
    people: dict[str, Person],
    deals: list[Deal],
    journeys: dict[str, list[Journey]],
) -> list[dict]:
    """Rows of fct_sales_activity."""
    bridged = {deal.id: deal.people for deal in deals}
    out = []
    for row in rows:
        if row["is_deleted"]:
            continue
        node = records.resolve(LEAD, row["lead_id"]) or records.resolve(CRM_CONTACT, row["crm_contact_id"])
        of_deal = bridged.get(row["opportunity_id"], [])
        person = people[node] if node else of_deal[0] if len(of_deal) == 1 else None
        journey = journey_at(journeys[person.id], row["occurred_at"]) if person else None
        is_attempt = (
            plain(row["direction"]) == "outbound"
            and not row["is_automated"]
            and plain(row["activity_type"]) in ATTEMPTS
        )
        out.append(
            {
                "activity_id": row["activity_id"],
                "journey_id": journey.id if journey else None,
                "owner_user_id": row["user_id"],
                "activity_type": row["activity_type"],
                "direction": row["direction"],
                "outcome": row["outcome"],
                "occurred_at": row["occurred_at"],
                "attempt_number": None,
                "is_attempt": is_attempt,
                "is_contact": is_attempt and plain(row["outcome"]) in CONTACTS,
            }
        )
    return out


def number_attempts(activities: list[dict], journeys: list[Journey]) -> dict[str, dict]:
    """Number each journey's attempts in place; its attempt columns by journey_id."""
    attempts = defaultdict(list)
    for activity in sorted(activities, key=lambda row: (row["occurred_at"], row["activity_id"])):
        if activity["is_attempt"]:
            attempts[activity["journey_id"]].append(activity)
    columns = {}
    for journey in journeys:
        start = journey.at("mql") or journey.lead_at
        counted = [attempt for attempt in attempts[journey.id] if attempt["occurred_at"] >= start]
        for number, attempt in enumerate(counted, 1):
            attempt["attempt_number"] = number
        first = counted[0]["occurred_at"] if counted else None
        contacts = [attempt["occurred_at"] for attempt in counted if attempt["is_contact"]]
        columns[journey.id] = {
            "attempt_count": len(counted),
            "first_attempt_at": first,
            "first_contact_at": next(iter(contacts), None),
            "speed_to_lead_minutes": minutes(start, first),
        }
    return columns
