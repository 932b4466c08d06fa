"""Records of people: e-mail and phone in usable form, merges resolved, deleted ones out.

Which records are one person is not judged here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from unicodedata import category

from tests.oracle.patterns import like

CONTACT, LEAD, CRM_CONTACT = "contact", "lead", "crm_contact"
TABLES = {
    CONTACT: ("marketing_contact", "contact_id", "merged_into_contact_id"),
    LEAD: ("crm_lead", "lead_id", "merged_into_lead_id"),
    CRM_CONTACT: ("crm_contact", "crm_contact_id", "merged_into_crm_contact_id"),
}


def valid_email(text: str | None) -> str | None:
    email = (text or "").strip().lower()
    return email if re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", email) else None


def valid_phone(text: str | None, country_code: str | None) -> str | None:
    number = "".join(sign for sign in text or "" if sign not in "().-/" and category(sign) != "Zs")
    if number.startswith("00"):
        number = "+" + number[2:]
    if country_code and number and not number.startswith("+"):
        number = "+" + country_code.lstrip("+") + number.removeprefix("0")
    return number if re.fullmatch(r"\+[1-9][0-9]{6,14}", number) else None


@dataclass(frozen=True)
class Record:
    """A marketing contact, CRM lead or CRM contact: `email` when usable, `mail` when merely valid."""

    kind: str
    id: str
    row: dict
    mail: str | None
    email: str | None
    phone: str | None

    @property
    def node(self) -> str:
        return f"{self.kind}:{self.id}"

    @property
    def created_at(self) -> datetime | None:
        return self.row["created_at"]

    @property
    def order(self) -> tuple:
        return self.created_at or datetime.max, self.id


class Records:
    """All records by node (`<kind>:<id>`): `live` ones, and the losers of merges."""

    def __init__(self, staged: dict[str, list[dict]], shared_mailboxes: list[dict], country_code: str | None):
        self._all: dict[str, Record] = {}
        self._next: dict[str, str] = {}
        for kind, (table, key, survivor) in TABLES.items():
            for row in staged[table]:
                mail = valid_email(row["email"])
                shared = any(like(seed["pattern"], mail) for seed in shared_mailboxes)
                phone = valid_phone(row["phone"], country_code)
                record = Record(kind, row[key], row, mail, None if shared else mail, phone)
                self._all[record.node] = record
                if row[survivor] is not None:
                    self._next[record.node] = f"{kind}:{row[survivor]}"
        self._ends = {node: self._end(node) for node in self._all}
        self.live = {
            node: record
            for node, record in self._all.items()
            if self._ends[node] == node and not record.row["is_deleted"]
        }
        self.losers = {node: record for node, record in self._all.items() if self._ends[node] != node}

    def _stays(self, node: str) -> bool:
        """No survivor, a missing one, or a place on a cycle."""
        if self._next.get(node) not in self._all:
            return True
        seen, at = set(), self._next[node]
        while at in self._all and at != node and at not in seen:
            seen.add(at)
            at = self._next.get(at)
        return at == node

    def _end(self, node: str) -> str:
        while not self._stays(node):
            node = self._next[node]
        return node

    @property
    def merge_defects(self) -> list[tuple[str, str]]:
        """Kind and defect of each record whose merge leads nowhere: `missing_survivor` or `merge_cycle`."""
        stuck = [node for node in self._next if self._stays(node)]
        return [
            (self._all[node].kind, "merge_cycle" if self._next[node] in self._all else "missing_survivor")
            for node in stuck
        ]

    def resolve(self, kind: str, key: str | None) -> str | None:
        """The live node a pointer means once merges are followed, None when there is none."""
        end = self._ends.get(f"{kind}:{key}")
        return end if end in self.live else None
