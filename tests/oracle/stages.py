"""Stage words of the sources, and the status events a lead's history tells.

How events of a person form journeys does not belong here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from tests.oracle.clock import Clock
from tests.oracle.patterns import plain
from tests.oracle.records import LEAD, Record, Records

FUNNEL = ("lead", "mql", "sal", "sql", "opportunity", "customer")
ORDER = {stage: place for place, stage in enumerate((*FUNNEL, "recycled", "disqualified", "closed_lost"))}
CREATION, STATUS, RULE, DEAL = range(4)


@dataclass
class Event:
    """One thing that happened to a person: `at` its own timestamp, `cut` the one that counts for cutting."""

    stage: str
    at: datetime
    source: int
    id: str
    lead: Record | None = None
    deal: object = None
    is_inferred: bool = False
    version: str | None = None
    cut: datetime | None = None

    @property
    def order(self) -> tuple:
        return self.cut, ORDER[self.stage], self.source, self.id, self.at


class StageWords:
    """The seed stage_mapping: what stage a source means by a word."""

    def __init__(self, seed: list[dict]):
        self._stages = {}
        for row in seed:
            source = plain(row["source_system"])
            key = (None if source == "*" else source, row["object"], plain(row["value"]))
            self._stages[key] = row["stage"]
        self.declares = {stage for (_, kind, _), stage in self._stages.items() if kind == "lead"}

    def stage(self, kind: str, word: str | None, source_system: str) -> str | None:
        named = self._stages.get((plain(source_system), kind, plain(word)))
        return named or self._stages.get((None, kind, plain(word)))


def status_events(
    records: Records, history: list[dict], words: StageWords, clock: Clock
) -> dict[str, list[Event]]:
    """Status events by lead node."""
    changes = defaultdict(list)
    for row in history:
        lead = records.resolve(LEAD, row["lead_id"])
        if lead and plain(row["field"]) == "status":
            changes[lead].append(row)
    events = {}
    for node, lead in records.live.items():
        if lead.kind == LEAD:
            events[node] = (
                _told(lead, changes[node], words) if changes[node] else _inferred(lead, words, clock)
            )
    return events


def _told(lead: Record, rows: list[dict], words: StageWords) -> list[Event]:
    staged = [(row, words.stage("lead", row["new_value"], row["_source_system"])) for row in rows]
    staged = [(row["changed_at"], ORDER[stage], row["history_id"], stage) for row, stage in staged if stage]
    events: list[Event] = []
    for at, _, _, stage in sorted(staged):
        if not events or events[-1].stage != stage:
            events.append(Event(stage, at, STATUS, lead.id, lead))
    return events


def _inferred(lead: Record, words: StageWords, clock: Clock) -> list[Event]:
    stage = words.stage("lead", lead.row["status"], lead.row["_source_system"])
    at = lead.row["converted_at"] or lead.row["updated_at"] or lead.created_at
    if not stage or at > clock.as_of:
        return []
    return [Event(stage, at, STATUS, lead.id, lead, is_inferred=True)]
