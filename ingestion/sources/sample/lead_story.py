"""What the CRM noted about each lead and when: statuses, owners, hand-over fields filled late, the conversion.

Notes as arrays belong here; the versions and history rows that carry them are written in `lead_rows`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.sources.sample.company import CONVERTED, DISQUALIFIED, HANDOFF_FIELDS, MQL, RECYCLED, SAL, SQL
from ingestion.sources.sample.deals import UNLINKED
from ingestion.sources.sample.draws import DAY, HOUR, NEVER, Random, chance, fades
from ingestion.sources.sample.funnel import DISQUALIFIED as ENDS_DISQUALIFIED
from ingestion.sources.sample.funnel import RECYCLED as ENDS_RECYCLED
from ingestion.sources.sample.people import LEAD_ONLY
from ingestion.sources.sample.world import World

_SPAN = 1 << 32


@dataclass(frozen=True)
class Notes:
    """Values noted on leads, ordered by lead and instant; equal values in a row are kept."""

    lead: np.ndarray
    instant: np.ndarray
    value: np.ndarray

    @property
    def before(self) -> np.ndarray:
        """The value each note replaces; -1 for the first of a lead."""
        same = (
            np.concatenate([[False], self.lead[1:] == self.lead[:-1]])
            if len(self.lead)
            else np.zeros(0, bool)
        )
        return np.where(same, np.roll(self.value, 1), -1)

    def at(self, lead: np.ndarray, instant: np.ndarray, before: np.ndarray | int) -> np.ndarray:
        """The value in force for each lead and instant; `before` where nothing had been noted yet."""
        found = np.searchsorted(key(self.lead, self.instant), key(lead, instant), side="right") - 1
        known = (
            (found >= 0) & (self.lead[found] == lead) if len(self.lead) else np.zeros(len(lead), dtype=bool)
        )
        return (
            np.where(known, self.value[found], before)
            if len(self.lead)
            else np.broadcast_to(before, lead.shape)
        )


@dataclass(frozen=True)
class Story:
    """All notes of a chunk's leads. `filled` has a column per hand-over field with the instant it was filled (NEVER:
    not at all) and `filled_late` says that the history tells of it. Conversions: per lead, NEVER and -1 for none."""

    status: Notes
    owner: Notes
    first_owner: np.ndarray
    filled: np.ndarray
    filled_late: np.ndarray
    has_history: np.ndarray
    converted_at: np.ndarray
    converted_deal: np.ndarray


def key(lead: np.ndarray, instant: np.ndarray) -> np.ndarray:
    """One sortable number for a lead and an instant."""
    return lead.astype(np.int64) * _SPAN + instant


def tell(world: World, rng: Random) -> Story:
    """The notes of all leads of a chunk."""
    count = len(world.leads.person)
    converted_at, converted_deal = _conversions(world)
    first_owner = _first_owners(world, rng)
    filled, late = _fills(world, rng)
    return Story(
        status=_statuses(world),
        owner=_owners(world, rng, converted_at, converted_deal, first_owner),
        first_owner=first_owner,
        filled=filled,
        filled_late=late,
        has_history=~chance(rng, 0.015, count),
        converted_at=converted_at,
        converted_deal=converted_deal,
    )


def _notes(world: World, lead: np.ndarray, instant: np.ndarray, value: np.ndarray) -> Notes:
    happened = (instant < world.clock.horizon) & (lead >= 0)
    lead, instant, value = lead[happened], instant[happened], value[happened]
    order = np.lexsort((value, instant, lead))
    return Notes(lead[order], instant[order], value[order])


def _statuses(world: World) -> Notes:
    cycles = world.cycles
    lead = world.leads.of_person[cycles.person]
    created = world.leads.created[lead]
    # A deal older than its lead is noted once sales has the lead.
    converted = np.maximum(cycles.opportunity, np.where(cycles.sal < NEVER, cycles.sal, created) + HOUR)
    instants = [
        (cycles.mql, MQL),
        (cycles.sal, SAL),
        (cycles.sql, SQL),
        (np.where(cycles.has_deal, converted, NEVER), CONVERTED),
        (np.where(cycles.ending == ENDS_RECYCLED, cycles.ended, NEVER), RECYCLED),
        (np.where(cycles.ending == ENDS_DISQUALIFIED, cycles.ended, NEVER), DISQUALIFIED),
    ]
    return _notes(
        world,
        np.tile(lead, len(instants)),
        np.concatenate([instant for instant, _ in instants]),
        np.repeat([status for _, status in instants], len(lead)),
    )


def _conversions(world: World) -> tuple[np.ndarray, np.ndarray]:
    """The first deal of each person, as the conversion of their first lead."""
    at = np.full(len(world.leads.person), NEVER)
    deal = np.full(len(world.leads.person), -1)
    made = np.flatnonzero((world.deals.cycle >= 0) & (world.deals.tie != UNLINKED))
    made = made[np.argsort(-world.deals.created[made], kind="stable")]
    lead = world.leads.of_person[world.deals.person[made]]
    at[lead] = np.maximum(world.deals.created[made], world.leads.created[lead] + HOUR)
    deal[lead] = made
    return np.where(at < world.clock.horizon, at, NEVER), np.where(at < world.clock.horizon, deal, -1)


def _first_owners(world: World, rng: Random) -> np.ndarray:
    """Leads that sales brought have an owner from the beginning; the others wait for the hand-over."""
    person = world.leads.person
    owner = world.team.assign(rng, world.team.inbound, world.people.region[person])
    owned = (world.people.form[person] == LEAD_ONLY) & chance(rng, 0.6, len(person))
    return np.where(owned, owner, -1)


def _owners(world, rng, converted_at, converted_deal, first_owner) -> Notes:
    cycles = world.cycles
    lead = world.leads.of_person[cycles.person]
    handed = np.where(cycles.mql < NEVER, cycles.assigned, NEVER)
    moved = np.where(chance(rng, 0.05, len(lead)), cycles.assigned + DAY + fades(rng, 6, len(lead)), NEVER)
    moved = np.where(cycles.mql < NEVER, moved, NEVER)
    other = world.team.assign(rng, world.team.inbound, world.people.region[cycles.person])
    closing = np.flatnonzero((converted_deal >= 0) & chance(rng, 0.5, len(converted_deal)))
    notes = _notes(
        world,
        np.concatenate([lead, lead, closing]),
        np.concatenate([handed, moved, converted_at[closing]]),
        np.concatenate([cycles.owner, other, world.deals.owner[converted_deal[closing]]]),
    )
    before = np.where(notes.before >= 0, notes.before, first_owner[notes.lead])
    changed = notes.value != before
    return Notes(notes.lead[changed], notes.instant[changed], notes.value[changed])


def _fills(world: World, rng: Random) -> tuple[np.ndarray, np.ndarray]:
    """At the qualification, or late, on the phone, or never."""
    cycles = world.cycles
    shape = (len(world.leads.person), len(HANDOFF_FIELDS))
    qualified, spoken = np.full(shape[0], NEVER), np.full(shape[0], NEVER)
    lead = world.leads.of_person[cycles.person]
    np.minimum.at(qualified, lead, cycles.mql)
    np.minimum.at(spoken, lead, np.where(cycles.sal < NEVER, cycles.sal + HOUR, NEVER))
    in_time = rng.random(shape) < 0.78
    late = ~in_time & (rng.random(shape) < 0.55)
    later = np.maximum(spoken + fades(rng, 1.5, shape[0]), qualified + HOUR)
    filled = np.where(in_time, qualified[:, None], np.where(late, later[:, None], NEVER))
    return np.where(filled < world.clock.horizon, filled, NEVER), late
