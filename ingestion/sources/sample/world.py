"""One chunk of the sample, simulated: its people with everything that happened to them, before any row is written.

The order of the simulation belongs here; each step has a module of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.sources.sample import deals, funnel, parties, people, records, team
from ingestion.sources.sample.clock import Clock
from ingestion.sources.sample.config import SampleConfig
from ingestion.sources.sample.draws import Random, generator

# Streams of random numbers: the company's, a chunk's people's, each table's rows', whom sales never called.
COMPANY, PEOPLE, ROWS, NEGLECT = range(4)


@dataclass(frozen=True)
class World:
    """A chunk of people and all that concerns them. `value` is what each one's business may be worth, USD a year."""

    config: SampleConfig
    chunk: int
    clock: Clock
    team: team.Team
    people: people.People
    value: np.ndarray
    cycles: funnel.Cycles
    leads: records.Records
    contacts: records.Records
    ties: records.Ties
    deals: deals.Deals
    parties: parties.Parties

    def stream(self, table: int) -> Random:
        """Random numbers for the rows of a table, which draw nothing from those of others."""
        return generator(self.config.seed, ROWS, self.chunk, table)


def company_team(config: SampleConfig) -> team.Team:
    """The sales teams, the same in every chunk."""
    return team.hire(generator(config.seed, COMPANY), config.leads)


def simulate(config: SampleConfig, chunk: int) -> World:
    """Chunk number `chunk`, from nothing but the settings."""
    rng = generator(config.seed, PEOPLE, chunk)
    clock, sales = config.clock, company_team(config)
    persons = people.populate(rng, clock, config.numbers(chunk))
    created = records.lead_creation(rng, persons)
    cycles = funnel.run(rng, clock, persons, sales, created)
    cycles = funnel.neglected(generator(config.seed, NEGLECT, chunk), clock, persons, cycles)
    value = deals.worth(rng, persons)
    made = deals.make(rng, clock, persons, sales, cycles, value)
    return World(
        config=config,
        chunk=chunk,
        clock=clock,
        team=sales,
        people=persons,
        value=value,
        cycles=cycles,
        leads=records.leads(rng, clock, persons, created, cycles),
        contacts=records.contacts(rng, clock, persons, cycles),
        ties=records.ties(rng, persons),
        deals=made,
        parties=parties.gather(rng, clock, persons, made),
    )
