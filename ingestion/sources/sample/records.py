"""Which marketing contacts and CRM leads the people have: doubles, merges (chained too), deletions, missing history.

Records as entities with their instants belong here; their rows and versions are written in the row modules.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.sources.sample.clock import Clock
from ingestion.sources.sample.draws import DAY, HOUR, MINUTE, NEVER, Random, chance, fades, waits
from ingestion.sources.sample.funnel import Cycles
from ingestion.sources.sample.people import LEAD_ONLY, LINKED, OWN_MAIL, People


@dataclass(frozen=True)
class Records:
    """Records of one kind by position, the people's first records before their doubles. `of_person` is the first
    record of each person (-1: none), `merged_into` the surviving record (-1: none); instants are NEVER if they do not
    happen. `misspelt` says that the address was typed wrongly."""

    person: np.ndarray
    created: np.ndarray
    misspelt: np.ndarray
    merged_into: np.ndarray
    merged_at: np.ndarray
    deleted_at: np.ndarray
    of_person: np.ndarray

    @property
    def is_double(self) -> np.ndarray:
        return self.of_person[self.person] != np.arange(len(self.person))


@dataclass(frozen=True)
class Ties:
    """How marketing's and sales' records of the linked people name each other, per person."""

    lead_names_contact: np.ndarray
    contact_names_lead: np.ndarray


def lead_creation(rng: Random, people: People) -> np.ndarray:
    """When each person's first lead is created: with the form, by the next sync, or days later. Seconds."""
    count = len(people.number)
    wait = np.where(chance(rng, 0.8, count), fades(rng, 8 / 1440, count), fades(rng, 2.5, count) + HOUR)
    return people.known_at + np.where(people.form == LEAD_ONLY, 0, wait)


def ties(rng: Random, people: People) -> Ties:
    """At least one of the two names the other where the people are linked."""
    count = len(people.number)
    linked = people.form == LINKED
    from_lead = chance(rng, 0.72, count)
    return Ties(linked & from_lead, linked & (~from_lead | chance(rng, 0.6, count)))


def leads(rng: Random, clock: Clock, people: People, created: np.ndarray, cycles: Cycles) -> Records:
    """The CRM leads. Leads of people with deals are not deleted, so that what was won stays theirs."""
    return _records(rng, clock, people, np.flatnonzero(people.has_lead), created, cycles, double_share=0.055)


def contacts(rng: Random, clock: Clock, people: People, cycles: Cycles) -> Records:
    """The marketing contacts, created when the person became known."""
    return _records(
        rng, clock, people, np.flatnonzero(people.has_contact), people.known_at, cycles, double_share=0.03
    )


def _records(rng, clock, people, person, created, cycles, double_share) -> Records:
    first = len(person)
    main = created[person]
    doubled = np.flatnonzero(chance(rng, double_share, first) & (people.mail_kind[person] == OWN_MAIL))
    again = main[doubled] + waits(rng, 45, 1.0, len(doubled)) + MINUTE
    doubled, again = doubled[again < clock.horizon], again[again < clock.horizon]
    merged = chance(rng, 0.6, len(doubled))
    merged_at = np.where(merged, again + waits(rng, 9, 0.9, len(doubled)) + HOUR, NEVER)
    # A double of the double, merged into it: a chain of two.
    third = np.flatnonzero(merged & chance(rng, 0.12, len(doubled)) & (again + DAY < clock.horizon))
    third_created = np.minimum(again[third] + fades(rng, 3, len(third)) + HOUR, clock.horizon - 1)
    third_merged = third_created + waits(rng, 6, 0.9, len(third)) + HOUR
    counts = first, len(doubled), len(third)
    everybody = np.concatenate([person, person[doubled], person[doubled[third]]])
    instants = np.concatenate([main, again, third_created])
    merges = np.concatenate([np.full(first, NEVER), merged_at, third_merged])
    survivors = np.concatenate([np.full(first, -1), doubled, first + third])
    merges = np.where(merges < clock.horizon, merges, NEVER)
    of_person = np.full(len(people.number), -1)
    of_person[person] = np.arange(first)
    valued = np.zeros(len(people.number), dtype=bool)
    valued[cycles.person[cycles.has_deal]] = True
    doomed = chance(rng, 0.012, sum(counts)) & ~valued[everybody]
    # Survivors stay, or the records merged into them would leave with them.
    doomed[np.unique(survivors[survivors >= 0])] = False
    deleted = np.where(doomed, instants + waits(rng, 30, 0.9, sum(counts)) + DAY, NEVER)
    return Records(
        person=everybody,
        created=instants,
        misspelt=np.concatenate([np.zeros(first, dtype=bool), chance(rng, 0.2, sum(counts) - first)]),
        merged_into=np.where(merges < NEVER, survivors, -1),
        merged_at=merges,
        deleted_at=np.where(deleted < clock.horizon, deleted, NEVER),
        of_person=of_person,
    )
