"""Who is one person: connected records, the person's account, whose a touch is.

What happens to a person (events, journeys) does not belong here.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from tests.oracle.patterns import plain
from tests.oracle.records import CONTACT, CRM_CONTACT, LEAD, Record, Records, valid_email


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


@dataclass
class Person:
    """A connected component; records by kind in order of (created_at, id), touches by (occurred_at, touch_id)."""

    id: str
    leads: list[Record]
    contacts: list[Record]
    crm_contacts: list[Record]
    account_id: str | None = None
    touches: list[dict] = field(default_factory=list)

    @property
    def records(self) -> list[Record]:
        return self.leads + self.contacts + self.crm_contacts

    @property
    def creations(self) -> list[datetime]:
        """Lead events: of leads and marketing contacts only."""
        return [record.created_at for record in self.leads + self.contacts]


def _edges(records: Records, max_phone_sharing: int) -> list[tuple[str, str]]:
    edges, emails, phones = [], defaultdict(list), defaultdict(list)
    for node, record in records.live.items():
        pointers = {
            LEAD: ((CONTACT, "marketing_contact_id"), (CRM_CONTACT, "converted_contact_id")),
            CONTACT: ((LEAD, "crm_lead_id"),),
            CRM_CONTACT: (),
        }[record.kind]
        for kind, column in pointers:
            other = records.resolve(kind, record.row[column])
            if other:
                edges.append((node, other))
        if record.email:
            emails[record.email].append(node)
        if record.phone:
            phones[record.phone].append(record)
    for nodes in emails.values():
        edges += [(nodes[0], node) for node in nodes]
    for holders in phones.values():
        bare = [record.node for record in holders if not record.email]
        if len(holders) <= max_phone_sharing:
            edges += [(bare[0], node) for node in bare]
    return edges


def find_people(
    records: Records, accounts: list[dict], free_mail_domains: list[dict], max_phone_sharing: int
) -> dict[str, Person]:
    """Persons by the node of each of their records."""
    neighbours = defaultdict(set)
    for one, other in _edges(records, max_phone_sharing):
        neighbours[one].add(other)
        neighbours[other].add(one)
    domains = Domains(accounts, free_mail_domains)
    people: dict[str, Person] = {}
    for node in records.live:
        if node in people:
            continue
        component, queue = {node}, [node]
        while queue:
            for other in neighbours[queue.pop()] - component:
                component.add(other)
                queue.append(other)
        members = sorted((records.live[each] for each in component), key=lambda record: record.order)
        kinds = [[r for r in members if r.kind == kind] for kind in (LEAD, CONTACT, CRM_CONTACT)]
        person = Person(md5(min(component)), *kinds)
        person.account_id = domains.account(person)
        people |= dict.fromkeys(component, person)
    return people


class Domains:
    """Which accounts are dead, and which one a mail domain belongs to."""

    def __init__(self, accounts: list[dict], free_mail_domains: list[dict]):
        self._deleted = {row["account_id"] for row in accounts if row["is_deleted"]}
        free = {plain(row["domain"]) for row in free_mail_domains}
        owners = defaultdict(list)
        for row in accounts:
            domain = plain(row["domain"])
            if domain and domain not in free and not row["is_deleted"]:
                owners[domain].append(row["account_id"])
        self._owner = {domain: ids[0] for domain, ids in owners.items() if len(ids) == 1}

    def account(self, person: Person) -> str | None:
        named = [lead.row["converted_account_id"] for lead in person.leads]
        named += [contact.row["account_id"] for contact in person.crm_contacts]
        mails = [record.mail for record in person.records if record.mail]
        named = [account for account in named if account and account not in self._deleted]
        return next(iter(named), None) or next(
            (self._owner[mail.split("@")[1]] for mail in mails if mail.split("@")[1] in self._owner), None
        )


def assign_touches(records: Records, people: dict[str, Person], touches: list[dict]) -> dict[str, Person]:
    """The person of each touch_id that has one; persons get their touches in order."""
    by_email: dict[str, Person] = {}
    for node in sorted(records.losers, reverse=True):
        loser = records.losers[node]
        survivor = records.resolve(loser.kind, loser.id)
        if loser.email and survivor:
            by_email[loser.email] = people[survivor]
    by_email |= {record.email: people[node] for node, record in records.live.items() if record.email}

    ordered = sorted(touches, key=lambda touch: (touch["occurred_at"], touch["touch_id"]))
    found: dict[str, Person] = {}
    claims: dict[str, Person] = {}
    for touch in ordered:
        node = records.resolve(CONTACT, touch["contact_id"])
        person = people[node] if node else by_email.get(valid_email(touch["email"]))
        if person:
            found[touch["touch_id"]] = person
            if touch["anonymous_id"] is not None:
                claims.setdefault(touch["anonymous_id"], person)
    for touch in ordered:
        person = found.get(touch["touch_id"]) or claims.get(touch["anonymous_id"])
        if person:
            found[touch["touch_id"]] = person
            person.touches.append(touch)
    return found
