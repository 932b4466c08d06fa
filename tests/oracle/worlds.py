"""Random small companies, nasty on purpose: few records, colliding instants, merges, deletes, gaps.

Every id, e-mail, phone and domain of a world is its own, so that many worlds share one warehouse without meeting.
`python -m tests.oracle.worlds RUN WORLD` prints one. What the worlds of a run share stands in `agreements`.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from tests.oracle import agreements
from tests.oracle.agreements import Agreement, agreement
from tests.oracle.clock import Clock

STATUSES = (*(stage.upper() for stage in agreements.STAGES), "contacted", "won", "on hold", " Mql ", None)
AMOUNTS = (
    None,
    *map(
        Decimal,
        ("0", "100", "1000", "250.5", "999.995", "1.005", "-1.005", "-100.01", "0.05", "123456789.9999"),
    ),
)
NAMES = ("1", "10", "2", "A", "a", "b", "é", "Z_")
"""Endings of ids whose order differs between alphabets, numbers and codepoints."""
MOST = {"l": 5, "c": 3, "k": 3, "a": 2, "o": 6, "u": 2, "g": 2, "n": 2}
"""How many leads, contacts, CRM contacts, accounts, deals, users, campaigns and browsers a world has at most."""
LOADS = (("load-1", 0), ("load-2", 0), ("load-2", 1))


class World:
    """One company; `rows` holds its landed rows by table."""

    def __init__(self, shared: Agreement, number: int):
        self.label = f"r{shared.number}w{number:03}"
        self.random = Random(f"world {self.label}")
        self.shared = shared
        self.rows: dict[str, list[dict]] = {}
        self._prefix = f"{shared.number:03}{number:04}"
        self._instants = self._choose_instants()
        # What the world is nastier in than others.
        self._merged = self.random.choice((0.0, 0.1, 0.5))
        self._deleted = self.random.choice((0.0, 0.05, 0.2))
        self._mailboxes = self.random.choice((1, 2, 4, 9))
        self._pointed = self.random.choice((0.3, 0.7))
        self._ids = {kind: self._some_ids(kind, most) for kind, most in MOST.items()}
        self._make()

    def _some_ids(self, kind: str, most: int) -> list[str]:
        fewest = 1 if kind == "l" and self.random.random() < 0.9 else 0
        names = self.random.sample(NAMES, self.random.randint(fewest, most))
        return [f"{self.label}-{kind}{name}" for name in names]

    def _choose_instants(self) -> list[datetime]:
        """Few enough to collide: near the odd day's local midnight, around as_of, and some days before."""
        clock = Clock(self.shared.variables["as_of"], self.shared.variables["reporting_timezone"])
        midnight = clock.midnight(self.shared.odd_day)
        steps = [timedelta(hours=hours) for hours in (-30, -24, -1, 0, 1, 5, 24, 30)]
        near = [midnight + step for step in steps] + [midnight - timedelta(microseconds=1)]
        far = [midnight - timedelta(days=days) for days in (2, 5, 9, 10, 12, 40, 185)]
        late = [clock.as_of + step for step in (timedelta(0), timedelta(microseconds=1), timedelta(days=4))]
        chosen = self.random.sample(near, 5) + self.random.sample(far, 4)
        return chosen + self.random.sample(late, self.random.randint(0, 2))

    def at(self, missing: float = 0.0) -> datetime | None:
        return None if self.random.random() < missing else self.random.choice(self._instants)

    def some(self, options: tuple, missing: float = 0.4) -> object:
        return None if self.random.random() < missing else self.random.choice(options)

    def key(self, kind: str, missing: float = 0.4) -> str | None:
        """An id of a kind, now and then one that no record has."""
        if self.random.random() < missing:
            return None
        nobody = not self._ids[kind] or self.random.random() < 0.05
        return f"{self.label}-{kind}?" if nobody else self.random.choice(self._ids[kind])

    def yes(self, share: float) -> bool | None:
        return self.random.choice((None, False)) if self.random.random() > share else True

    def email(self) -> str | None:
        mailboxes = (
            f" A@{self.label.upper()}.example ",
            f"a@{self.label}.example",
            f"info@{self.label}.example",
            f"{self.label}@free.example",
            f"b@{self.label}.example",
            f"c@other-{self.label}.example",
            f"no-reply@{self.label}.example",
            f"bad@@{self.label}.example",
            f"{self.label}@nodot",
        )
        return self.some(mailboxes[: self._mailboxes])

    def phone(self) -> str | None:
        line = self.random.choice("12")
        return self.some(
            (
                f"+491{self._prefix}{line}",
                f"0049 (1) {self._prefix[:3]}-{self._prefix[3:]}/{line}",
                f"01{self._prefix}.{line}",
                f"+001{self._prefix}",
                "12345",
            )
        )

    def land(self, table: str, row: dict) -> None:
        rows = self.rows.setdefault(table, [])
        load, hours = self.random.choice(LOADS)
        loaded = datetime(2024, 5, 1) + timedelta(hours=hours)
        source = self.random.choice(agreements.SOURCES)
        rows.append(row | {"_source_system": source, "_load_id": load, "_loaded_at": loaded})

    def versions(self, table: str, make: object, *arguments: str) -> None:
        """Land one record in one to three versions."""
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            self.land(table, make(*arguments))

    def _make(self) -> None:
        many = {"touch": 12, "history": 14, "role": 9, "activity": 8}
        counts = {name: self.random.randint(0, most) for name, most in many.items()}
        for key in self._ids["u"]:
            self.versions(
                "crm_user", lambda key: {"user_id": key, "team": self.some(("north", "south"))}, key
            )
        for kind, table, make in (
            ("l", "crm_lead", self._lead),
            ("c", "marketing_contact", self._contact),
            ("k", "crm_contact", self._crm_contact),
            ("a", "crm_account", self._account),
            ("o", "crm_opportunity", self._opportunity),
            ("g", "campaign", lambda key: {"campaign_id": key, "name": key}),
        ):
            for key in self._ids[kind]:
                self.versions(table, make, key)
        for number in range(counts["touch"]):
            self.versions("marketing_touch", self._touch, f"{self.label}-t{number}")
        for number in range(counts["history"]):
            self.versions("crm_lead_history", self._change, f"{self.label}-h{number}")
        for number in range(counts["activity"]):
            self.versions("crm_activity", self._activity, f"{self.label}-x{number}")
        for _ in range(counts["role"]):
            opportunity, contact = self.key("o", 0), self.key("k", 0)
            row = {"opportunity_id": opportunity, "crm_contact_id": contact, "is_primary": self.yes(0.3)}
            self.land("crm_opportunity_contact", row)

    def _attributes(self) -> dict:
        return {
            "company_name": self.some(("Acme", "Bolt")),
            "job_title": self.some(agreements.TITLES),
            "country": self.some(agreements.COUNTRIES),
            "industry": self.some(agreements.INDUSTRIES),
            "employee_count": self.some((5, 10, 200, 201)),
            "email": self.email(),
            "phone": self.phone(),
            "created_at": self.at(),
            "updated_at": self.at(missing=0.4),
            "is_deleted": self.yes(self._deleted),
        }

    def _lead(self, key: str) -> dict:
        merged = self.key("l", 1 - self._merged)
        return self._attributes() | {
            "lead_id": key,
            "merged_into_lead_id": merged,
            "potential_value": self.some(AMOUNTS),
            "currency": self.some(("USD", "eur")),
            "lead_source": self.some(agreements.LEAD_SOURCES),
            "status": self.random.choice(STATUSES),
            "owner_user_id": self.key("u"),
            "marketing_contact_id": self.key("c", self._pointed),
            "converted_at": self.at(missing=0.7),
            "converted_contact_id": self.key("k", self._pointed),
            "converted_account_id": self.key("a", 0.7),
            "converted_opportunity_id": self.key("o", 0.7),
        }

    def _contact(self, key: str) -> dict:
        merged = self.key("c", 1 - self._merged)
        return self._attributes() | {
            "contact_id": key,
            "merged_into_contact_id": merged,
            "crm_lead_id": self.key("l", 0.6),
        }

    def _crm_contact(self, key: str) -> dict:
        return {
            "crm_contact_id": key,
            "account_id": self.key("a"),
            "email": self.email(),
            "phone": self.phone(),
            "lead_source": self.some(agreements.LEAD_SOURCES),
            "created_at": self.at(missing=0.2),
            "is_deleted": self.yes(self._deleted),
            "merged_into_crm_contact_id": self.key("k", 1 - self._merged),
        }

    def _account(self, key: str) -> dict:
        domains = (f"{self.label}.example", f" {self.label.upper()}.Example", f"other-{self.label}.example")
        return {
            "account_id": key,
            "domain": self.some((*domains, "free.example")),
            "created_at": self.at(missing=0.5),
            "is_deleted": self.yes(self._deleted),
        }

    def _opportunity(self, key: str) -> dict:
        closes = self.at(missing=0.3)
        return {
            "opportunity_id": key,
            "lead_id": self.key("l", self._pointed),
            "account_id": self.key("a", 0.2),
            "primary_crm_contact_id": self.key("k", self._pointed),
            "owner_user_id": self.key("u"),
            "amount": self.some(AMOUNTS, 0.1),
            "currency": self.some(("USD", "EUR", " gbp", "JPY")),
            "stage": self.some(("closed won", "Closed Lost ", "demo", "odd"), 0.1),
            "opportunity_type": self.some(("new_business", "renewal", "expansion", "Renewal "), 0.3),
            "created_at": self.at(),
            "close_date": closes.date() if closes else None,
            "closed_at": self.at(missing=0.5),
            "is_closed": self.random.choice((None, True, True, False)),
            "is_won": self.random.choice((None, True, False)),
            "loss_reason": self.some(("price",)),
            "is_deleted": self.yes(self._deleted),
        }

    def _touch(self, key: str) -> dict:
        return {
            "touch_id": key,
            "contact_id": self.key("c"),
            "anonymous_id": self.key("n"),
            "email": self.email(),
            "occurred_at": self.at(),
            "touch_type": self.random.choice(agreements.TOUCH_TYPES),
            "utm_source": self.some(agreements.UTM_SOURCES),
            "utm_medium": self.some(agreements.UTM_MEDIUMS),
            "click_id": self.some(("cx", "gclid")),
            "referrer_url": self.some(agreements.REFERRERS),
            "campaign_id": self.key("g"),
            "channel": self.some((" Event ", "partner"), 0.8),
        }

    def _change(self, key: str) -> dict:
        return {
            "history_id": key,
            "lead_id": self.key("l", 0),
            "field": self.random.choice(("status", "status", "status", "owner_user_id")),
            "new_value": self.random.choice(STATUSES),
            "changed_at": self.at(),
        }

    def _activity(self, key: str) -> dict:
        return {
            "activity_id": key,
            "lead_id": self.key("l", 0.6),
            "crm_contact_id": self.key("k", 0.6),
            "opportunity_id": self.key("o"),
            "user_id": self.key("u"),
            "activity_type": self.random.choice(("call", "Email", "meeting", "message", "task")),
            "direction": self.some(("outbound", "Outbound ", "inbound"), 0.1),
            "is_automated": self.yes(0.2),
            "outcome": self.some(("connected", "Replied", "held", "no_answer", "bounced", "no_show")),
            "occurred_at": self.at(),
            "is_deleted": self.yes(0.1),
        }


def main(run: int, number: int) -> None:
    """Print a world: each landed row with what is not null."""
    shared = agreement(run)
    print(shared.variables)
    for seed, rows in shared.seeds.items():
        for row in rows:
            print(seed, {name: str(value) for name, value in row.items() if value is not None})
    for table, rows in World(shared, number).rows.items():
        for row in rows:
            print(table, {name: str(value) for name, value in row.items() if value is not None})


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
