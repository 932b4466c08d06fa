"""What was simulated, for tests only: who came from where, how far each round went, what was won, who was merged.

Nothing of the pipeline reads it; it says what a correct pipeline should find in the rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ingestion.sources.sample import channels
from ingestion.sources.sample.company import CURRENCIES
from ingestion.sources.sample.config import SampleConfig
from ingestion.sources.sample.deals import KINDS
from ingestion.sources.sample.draws import NEVER
from ingestion.sources.sample.records import Records
from ingestion.sources.sample.render import ID_SPACE, ids, text
from ingestion.sources.sample.world import World, simulate


@dataclass(frozen=True)
class Truth:
    """The truth of a whole sample; instants are UTC timestamps, null for what did not happen before its end.

    `people`: person, channel, first_seen_at, known_at, lead_id, contact_id. `rounds`: person, number, began_at, mql_at,
    sal_at, sql_at, opportunity_at, closed_at. `deals`: opportunity_id, person, kind, amount, currency, created_at,
    closed_at, is_won. `merges`: table, loser_id, survivor_id, merged_at.
    """

    people: pa.Table
    rounds: pa.Table
    deals: pa.Table
    merges: pa.Table


def truth(config: SampleConfig) -> Truth:
    """The truth of the sample that `config` gives; simulates it anew, all in memory."""
    worlds = [simulate(config, chunk) for chunk in range(config.chunks)]
    return Truth(
        *[pa.concat_tables([part(world) for world in worlds]) for part in (_people, _rounds, _deals, _merges)]
    )


def _instants(world: World, seconds: np.ndarray) -> pa.Array:
    return pa.array(seconds, mask=seconds >= world.clock.horizon).cast(pa.timestamp("s", "UTC"))


def _record_ids(world: World, prefix: str, records: Records, of: np.ndarray) -> pa.Array:
    created = (of >= 0) & (records.created[of] < world.clock.horizon)
    return ids(prefix, world.chunk * ID_SPACE + of, created)


def _people(world: World) -> pa.Table:
    people = world.people
    return pa.table(
        {
            "person": people.number,
            "channel": text(channels.NAMES, people.channel),
            "first_seen_at": _instants(world, people.first_seen),
            "known_at": _instants(world, people.known_at),
            "lead_id": _record_ids(world, "L", world.leads, world.leads.of_person),
            "contact_id": _record_ids(world, "C", world.contacts, world.contacts.of_person),
        }
    )


def _rounds(world: World) -> pa.Table:
    cycles = world.cycles
    instants = ("began", "mql", "sal", "sql", "opportunity", "closed")
    return pa.table(
        {"person": world.people.number[cycles.person], "number": cycles.number}
        | {f"{name}_at": _instants(world, getattr(cycles, name)) for name in instants}
    ).filter(pa.array(cycles.began < world.clock.horizon))


def _deals(world: World) -> pa.Table:
    deals = world.deals
    return pa.table(
        {
            "opportunity_id": ids("O", world.chunk * ID_SPACE + np.arange(len(deals.person))),
            "person": world.people.number[deals.person],
            "kind": text(KINDS, deals.kind),
            "amount": deals.cents / 100,
            "currency": text(list(CURRENCIES), deals.currency),
            "created_at": _instants(world, deals.created),
            "closed_at": _instants(world, deals.closed),
            "is_won": deals.won & (deals.closed < world.clock.horizon),
        }
    )


def _merges(world: World) -> pa.Table:
    base = world.chunk * ID_SPACE
    parts = []
    for table, prefix, records in (
        ("marketing_contact", "C", world.contacts),
        ("crm_lead", "L", world.leads),
        ("crm_contact", "P", world.parties),
    ):
        lost = np.flatnonzero(records.merged_at < NEVER)
        parts.append(
            pa.table(
                {
                    "table": pa.array([table] * len(lost), pa.string()),
                    "loser_id": ids(prefix, base + lost),
                    "survivor_id": ids(prefix, base + records.merged_into[lost]),
                    "merged_at": _instants(world, records.merged_at[lost]),
                }
            )
        )
    return pa.concat_tables(parts)
