"""Customers kept: who is one customer, when active, and rows of the two retention reports.

Journeys, deals and the first response they got are made elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from tests.oracle.bridge import NOTHING
from tests.oracle.clock import Clock
from tests.oracle.deals import Deal

TOLD = ("met", "breached")


@dataclass
class Customer:
    """One customer; `spans` are (first day, last day, amount) of its won deals, both days inclusive."""

    acquired: date
    channel: str
    first_response: str
    spans: list[tuple[date, date, Decimal]]

    def covering(self, month: date) -> list[Decimal]:
        """Amounts of the deals that cover a month's last day; none before the acquisition month."""
        if month < self.acquired:
            return []
        last = month_end(month)
        return [amount for start, end, amount in self.spans if start <= last <= end]


def next_month(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def month_end(month: date) -> date:
    return next_month(month) - timedelta(days=1)


def month_before(month: date) -> date:
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)


def customers(
    deals: list[Deal],
    facts: list[dict],
    bridged: list[dict],
    first_responses: dict[str, str],
    clock: Clock,
) -> list[Customer]:
    """Every customer of won deals, renewals and expansions among them.

    A deal's account names the customer as it stands, whether or not crm_account marks it deleted. `first_responses` has
    the status of the first_response commitment by journey_id.
    """
    of_journey = {fact["journey_id"]: fact for fact in facts}
    linked = defaultdict(list)
    for row in bridged:
        linked[row["opportunity_id"]].append(of_journey[row["journey_id"]])

    def first_journey(deal: Deal) -> dict:
        mine = sorted(linked[deal.id], key=lambda fact: (fact["lead_at"], fact["journey_id"]))
        nobody = {"account_id": None, "person_id": None, "journey_id": None, "original_channel": "unknown"}
        return next(iter(mine), nobody)

    groups = defaultdict(list)
    for deal in deals:
        if deal.is_won:
            journey = first_journey(deal)
            account = deal.row["account_id"] or journey["account_id"]
            named = ("account", account) if account else ("person", journey["person_id"])
            groups[named if named[1] else ("deal", deal.id)].append(deal)
    result = []
    for mine in groups.values():
        first = min(mine, key=lambda deal: (deal.closed_at, deal.id))
        journey = first_journey(first)
        answered = first_responses.get(journey["journey_id"])
        result.append(
            Customer(
                clock.month(first.closed_at),
                journey["original_channel"],
                answered if answered in TOLD else "other",
                [_span(deal, clock) for deal in mine],
            )
        )
    return result


def _span(deal: Deal, clock: Clock) -> tuple[date, date, Decimal]:
    start = deal.row["contract_start_date"] or clock.day(deal.closed_at)
    return start, deal.row["contract_end_date"] or date.max, deal.amount or NOTHING


def retention_rate(some: list[Customer], month: date) -> Fraction | None:
    """Active at the month's end of those active at the end of the one before."""
    before = [each for each in some if each.covering(month_before(month))]
    kept = sum(bool(each.covering(month)) for each in before)
    return Fraction(kept, len(before)) if before else None


def customer_retention(known: list[Customer], clock: Clock, by_sla: bool = False) -> list[dict]:
    """Rows of rpt_customer_retention, or of rpt_customer_retention_by_sla, which split by first_response too."""
    cohorts = defaultdict(list)
    for each in known:
        cohorts[each.acquired, each.channel, each.first_response if by_sla else None].append(each)
    this_month = clock.month(clock.as_of)
    rows = []
    for (acquired, channel, first_response), mine in cohorts.items():
        month, since = acquired, 0
        while month <= this_month:
            row = {
                "acquisition_month": acquired,
                "channel": channel,
                "months_since": since,
                "customers": len(mine),
                "active": None,
                "retained_revenue": None,
                "retention_rate": None,
                "is_censored": month == this_month,
            }
            if month < this_month:
                kept = [each.covering(month) for each in mine]
                row["active"] = sum(bool(amounts) for amounts in kept)
                row["retained_revenue"] = sum((sum(amounts, NOTHING) for amounts in kept), NOTHING)
                rate = retention_rate(mine, month)
                row["retention_rate"] = None if rate is None else float(rate)
            rows.append(row | ({"first_response": first_response} if by_sla else {}))
            month, since = next_month(month), since + 1
    return rows
