"""What a field of a lead was at an instant, as its history tells, and who owned the lead first.

What follows for a promise does not belong here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from tests.oracle.patterns import plain
from tests.oracle.records import LEAD, Record, Records, valid_email, valid_phone

OWNER = "owner_user_id"


@dataclass(frozen=True)
class Assignment:
    """The first instant at or after the MQL at which the journey's lead has an owner, and who that is."""

    at: datetime
    owner: str


class LeadFields:
    """Histories of leads' fields, losers' and survivors' as one, in order of (changed_at, history_id)."""

    def __init__(self, records: Records, history: list[dict], country_code: str | None):
        self._country_code = country_code
        self._changes: dict[tuple[str, str], list[dict]] = defaultdict(list)
        for row in sorted(history, key=lambda row: (row["changed_at"], row["history_id"])):
            lead = records.resolve(LEAD, row["lead_id"])
            if lead:
                self._changes[lead, plain(row["field"])].append(row)

    def value(self, lead: Record, field: str, at: datetime) -> object:
        """The last change's by then; before the first one its old value; without history the current value."""
        changes = self._changes.get((lead.node, field))
        if not changes:
            return lead.row[field]
        by_then = [row["new_value"] for row in changes if row["changed_at"] <= at]
        return by_then[-1] if by_then else changes[0]["old_value"]

    def is_filled(self, field: str, value: object) -> bool:
        """Whether a value is no blank and, of e-mails and phones, a valid one."""
        if field == "email":
            return valid_email(value) is not None
        if field == "phone":
            return valid_phone(value, self._country_code) is not None
        return plain(value) is not None

    def is_filled_after(self, lead: Record, field: str, at: datetime) -> bool:
        """Whether history tells of a later instant at which the value was usable."""
        later = {
            row["changed_at"] for row in self._changes.get((lead.node, field), []) if row["changed_at"] > at
        }
        return any(self.is_filled(field, self.value(lead, field, instant)) for instant in later)

    def assignment(self, lead: Record | None, mql_at: datetime | None) -> Assignment | None:
        """None without a lead or an MQL, or while nobody has owned the lead since."""
        if lead is None or mql_at is None:
            return None
        changes = self._changes.get((lead.node, OWNER), [])
        for at in sorted({mql_at, *(row["changed_at"] for row in changes if row["changed_at"] > mql_at)}):
            owner = self.value(lead, OWNER, at)
            if plain(owner):
                return Assignment(at, str(owner).strip())
        return None
