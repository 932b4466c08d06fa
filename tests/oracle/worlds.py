"""Random small companies, nasty on purpose: few records, colliding instants, merges, deletes, gaps.

Every id, e-mail, phone and domain of a world is its own, so that many worlds share one warehouse without meeting.
`python -m tests.oracle.worlds RUN WORLD` prints one. What the worlds of a run share stands in `agreements`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime, timedelta

from tests.oracle import agreements, rows
from tests.oracle.agreements import Agreement, agreement
from tests.oracle.dice import Dice

LOADS = (("load-1", 0), ("load-2", 0), ("load-2", 1))

RECORDS = {
    "u": ("crm_user", rows.user),
    "l": ("crm_lead", rows.lead),
    "c": ("marketing_contact", rows.contact),
    "k": ("crm_contact", rows.crm_contact),
    "a": ("crm_account", rows.account),
    "o": ("crm_opportunity", rows.opportunity),
    "g": ("campaign", rows.campaign),
}
"""Tables whose rows others point at, by the letter in their ids."""
FACTS = {
    "t": ("marketing_touch", rows.touch, 14),
    "h": ("crm_lead_history", rows.change, 14),
    "x": ("crm_activity", rows.activity, 24),
    "r": ("crm_opportunity_contact", rows.role, 9),
    "p": ("crm_opportunity_history", rows.stage_change, 2),
    "s": ("ad_spend", rows.spend, 4),
    "v": ("web_visit_daily", rows.visits, 2),
    "f": ("crm_lead_history", rows.field_change, 6),
}
"""The other tables, and how many rows a world has at most."""


class World:
    """One company; `rows` holds its landed rows by table."""

    def __init__(self, shared: Agreement, number: int):
        self.rows: dict[str, list[dict]] = {}
        self._dice = Dice(shared, number)
        self.label = self._dice.label
        for letter, (table, make) in RECORDS.items():
            for key in self._dice.ids[letter]:
                self._land(table, make, key)
        for letter, (table, make, most) in FACTS.items():
            for place in range(self._dice.random.randint(0, most)):
                self._land(table, make, f"{self.label}-{letter}{place}")
        for table in shared.unfed & self.rows.keys():
            del self.rows[table]

    def _land(self, table: str, make: Callable[[Dice, str], dict], key: str) -> None:
        """One to three versions of a row."""
        random = self._dice.random
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            load, hours = random.choice(LOADS)
            meta = {
                "_source_system": random.choice(agreements.SOURCES),
                "_load_id": load,
                "_loaded_at": datetime(2024, 5, 1) + timedelta(hours=hours),
            }
            self.rows.setdefault(table, []).append(make(self._dice, key) | meta)


def main(run: int, number: int) -> None:
    """Print a world: each landed row with what is not null."""
    shared = agreement(run)
    print(shared.variables)
    for seed, lines in shared.seeds.items():
        for row in lines:
            print(seed, {name: str(value) for name, value in row.items() if value is not None})
    for table, lines in World(shared, number).rows.items():
        for row in lines:
            print(table, {name: str(value) for name, value in row.items() if value is not None})


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
