"""Deals: whether and when they closed, what they are worth, which persons they are linked to.

Which journey of a person a deal belongs to does not belong here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from tests.oracle.clock import Clock
from tests.oracle.money import Rates
from tests.oracle.patterns import plain
from tests.oracle.people import Person
from tests.oracle.records import CRM_CONTACT, LEAD, Records
from tests.oracle.stages import StageWords


@dataclass
class Deal:
    """A live opportunity as as_of knows it; `closed_at`, `is_won` and `is_lost` only once closed by then.

    `is_undated`: said to be closed, without any date of it.
    """

    row: dict
    closed_at: datetime | None
    is_won: bool
    is_lost: bool
    amount: Decimal | None
    is_undated: bool = False
    link_rule: str = "unlinked"
    people: list[Person] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.row["opportunity_id"]

    @property
    def created_at(self) -> datetime:
        return self.row["created_at"]

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def rate_at(self) -> datetime:
        """The instant on whose day its amount is converted."""
        return self.closed_at or self.created_at

    @property
    def renews(self) -> bool:
        """A renewal or expansion, anything else is new business."""
        return plain(self.row["opportunity_type"]) in ("renewal", "expansion")


def _closing(row: dict, clock: Clock) -> datetime | None:
    if row["closed_at"]:
        return row["closed_at"]
    if not row["close_date"]:
        return None
    if clock.day(row["created_at"]) == row["close_date"]:
        return max(row["created_at"], clock.midnight(row["close_date"]))
    return clock.midnight(row["close_date"])


def live_deals(rows: list[dict], words: StageWords, rates: Rates, clock: Clock) -> list[Deal]:
    deals = []
    for row in rows:
        if row["is_deleted"]:
            continue
        won, lost = bool(row["is_won"]), bool(row["is_closed"]) and not row["is_won"]
        if row["is_won"] is None and row["is_closed"] is None:
            stage = words.stage("opportunity", row["stage"], row["_source_system"])
            won, lost = stage == "customer", stage == "closed_lost"
        closed_at = _closing(row, clock) if won or lost else None
        undated = (won or lost) and closed_at is None
        if closed_at is None or closed_at > clock.as_of:
            closed_at, won, lost = None, False, False
        deal = Deal(row, closed_at, won, lost, None, undated)
        deal.amount = rates.convert(row["amount"], row["currency"], clock.day(deal.rate_at))
        deals.append(deal)
    return deals


def link(
    deals: list[Deal], roles: list[dict], records: Records, people: dict[str, Person], account_link_days: int
) -> None:
    """Give each deal its persons by the strongest rule that yields any."""
    converted, roles_of, of_account = defaultdict(list), defaultdict(list), defaultdict(dict)
    for node, record in records.live.items():
        if record.kind == LEAD and record.row["converted_opportunity_id"]:
            converted[record.row["converted_opportunity_id"]].append(node)
    for role in roles:
        roles_of[role["opportunity_id"]].append(role)
    for person in people.values():
        if person.account_id:
            of_account[person.account_id][person.id] = person

    def persons(nodes: list[str | None]) -> list[Person]:
        return list({people[node].id: people[node] for node in nodes if node}.values())

    def contacts(keys: list[str | None]) -> list[Person]:
        return persons([records.resolve(CRM_CONTACT, key) for key in keys])

    def of_the_account(deal: Deal) -> list[Person]:
        since = deal.created_at - timedelta(days=account_link_days)
        known = of_account.get(deal.row["account_id"], {}).values()
        return [p for p in known if any(since <= at <= deal.created_at for at in p.creations)]

    for deal in deals:
        mine = roles_of[deal.id]
        by_rule = {
            "lead": persons([records.resolve(LEAD, deal.row["lead_id"]), *converted[deal.id]]),
            "contact_role": contacts([deal.row["primary_crm_contact_id"]])
            or contacts([role["crm_contact_id"] for role in mine if role["is_primary"]])
            or contacts([role["crm_contact_id"] for role in mine]),
            "account": of_the_account(deal),
        }
        for rule, found in by_rule.items():
            if found:
                deal.link_rule, deal.people = rule, found
                break
