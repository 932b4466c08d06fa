"""What a world throws: its own ids, instants, mailboxes and phones, few enough to collide.

What rows are made of these stands in `rows`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from tests.oracle.agreements import Agreement
from tests.oracle.clock import Clock

NAMES = ("1", "10", "2", "A", "a", "b", "é", "Z_")
"""Endings of ids whose order differs between alphabets, numbers and codepoints."""
MOST = {"l": 5, "c": 3, "k": 5, "a": 2, "o": 6, "u": 2, "g": 2, "n": 2}
"""How many leads, contacts, CRM contacts, accounts, deals, users, campaigns and browsers a world has at most."""


class Dice:
    """The chance of one world; `merged`, `deleted`, `pointed` are shares in which it is nastier than others."""

    def __init__(self, shared: Agreement, number: int):
        self.label = f"r{shared.number}w{number:03}"
        self.random = Random(f"world {self.label}")
        self._prefix = f"{shared.number:03}{number:04}"
        self._instants = self._choose_instants(shared)
        self.merged = self.random.choice((0.0, 0.1, 0.5))
        self.deleted = self.random.choice((0.0, 0.05, 0.2))
        self.pointed = self.random.choice((0.3, 0.7))
        self._mailboxes = self.random.choice((1, 2, 4, 9))
        self._same_ids = self.random.random() < 0.3
        """Ids are unique a table only: a lead, a contact and a deal may share one."""
        self.ids = {kind: self._some_ids(kind, most) for kind, most in MOST.items()}

    def _some_ids(self, kind: str, most: int) -> list[str]:
        fewest = 1 if kind == "l" and self.random.random() < 0.9 else 0
        names = self.random.sample(NAMES, self.random.randint(fewest, most))
        return [f"{self.label}-{'' if self._same_ids else kind}{name}" for name in names]

    def _choose_instants(self, shared: Agreement) -> list[datetime]:
        """Few enough to collide: near the odd day's local midnight, around as_of, some days and years before."""
        clock = Clock(shared.variables["as_of"], shared.variables["reporting_timezone"])
        midnight = clock.midnight(shared.odd_day)
        steps = [timedelta(hours=hours) for hours in (-30, -24, -1, 0, 1, 5, 24, 30)]
        near = [midnight + step for step in steps] + [midnight - timedelta(microseconds=1)]
        far = [midnight - timedelta(days=days) for days in (2, 5, 9, 10, 12, 40, 185)]
        late = [clock.as_of + step for step in (timedelta(0), timedelta(microseconds=1), timedelta(days=4))]
        old = [midnight - timedelta(days=days) for days in (367, 1096, 1103)]
        chosen = self.random.sample(near, 5) + self.random.sample(far, 4)
        chosen += self.random.sample(late, self.random.randint(0, 2))
        return chosen + self.random.sample(old, self.random.choice((0, 0, 1, 2)))

    def at(self, missing: float = 0.0) -> datetime | None:
        return None if self.random.random() < missing else self.random.choice(self._instants)

    def some(self, options: tuple, missing: float = 0.4) -> object:
        return None if self.random.random() < missing else self.random.choice(options)

    def key(self, kind: str, missing: float = 0.4) -> str | None:
        """An id of a kind, now and then one that no record has."""
        if self.random.random() < missing:
            return None
        nobody = not self.ids[kind] or self.random.random() < 0.05
        return f"{self.label}-{kind}?" if nobody else self.random.choice(self.ids[kind])

    def yes(self, share: float) -> bool | None:
        return self.random.choice((None, False)) if self.random.random() > share else True

    def email(self) -> str | None:
        mailboxes = (
            f" A@{self.label.upper()}.example\u00a0",
            f"a@{self.label}.example",
            f"info@{self.label}.example",
            f"{self.label}@free.example",
            f"b@{self.label}.example",
            f"c@other-{self.label}.example",
            f"no-reply@{self.label}.example",
            f"bad\u00a0one@{self.label}.example",
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
