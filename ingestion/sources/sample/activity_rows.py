"""The rows of `crm_activity`: attempts to reach leads, mails sent by machines, meetings and calls around deals.

What sales did as rows; whether and when a person was reached is decided in `funnel`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from ingestion.sources.sample.draws import (
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    Random,
    chance,
    ordinals,
    pick,
    repeated,
    waits,
)
from ingestion.sources.sample.lateness import recorded
from ingestion.sources.sample.render import ID_SPACE, Rows, flags, ids, stamps, text
from ingestion.sources.sample.team import user_ids
from ingestion.sources.sample.world import World

TYPES = ("call", "email", "meeting", "message", "task")
CALL, EMAIL, MEETING, MESSAGE, TASK = range(5)
OUTCOMES = ("connected", "replied", "no_answer", "voicemail", "bounced", "held", "no_show")
CONNECTED, REPLIED, NO_ANSWER, VOICEMAIL, BOUNCED, HELD, NO_SHOW = range(7)
NONE = -1


@dataclass(frozen=True)
class _Acts:
    """Activities by position. References are positions of leads, contacts and deals, -1 for none."""

    instant: np.ndarray
    user: np.ndarray
    kind: np.ndarray
    outcome: np.ndarray
    inbound: np.ndarray
    automated: np.ndarray
    lead: np.ndarray
    contact: np.ndarray
    deal: np.ndarray


def _acts(
    instant, user, kind, outcome, lead, contact=NONE, deal=NONE, inbound=False, automated=False
) -> _Acts:
    full = [
        np.broadcast_to(each, instant.shape)
        for each in (user, kind, outcome, inbound, automated, lead, contact, deal)
    ]
    return _Acts(instant, *full)


def activity_rows(world: World, rng: Random) -> Rows:
    """`crm_activity`: one row per activity, a second one for those deleted."""
    parts = [
        _attempts(world, rng),
        _machine_mails(world, rng),
        _discovery(world, rng),
        _deal_work(world, rng),
        _tasks(world, rng),
    ]
    acts = _Acts(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(_Acts)
        }
    )
    happened = np.flatnonzero(acts.instant < world.clock.horizon)
    count = len(happened)
    when = recorded(rng, world.clock, acts.instant[happened], late=0.015)
    removed = np.flatnonzero(chance(rng, 0.003, count))
    removed_at = np.clip(when[removed] + waits(rng, 3, 0.8, len(removed)), 0, world.clock.horizon - 1)
    row = np.concatenate([np.arange(count), removed])
    act, base = happened[row], world.chunk * ID_SPACE
    talked = np.isin(acts.outcome[act], [CONNECTED, HELD])
    length = np.where(acts.kind[act] == MEETING, 25 * MINUTE, 3 * MINUTE) + act % (20 * MINUTE)
    columns = {
        "activity_id": ids("E", base + row),
        "lead_id": ids("L", base + acts.lead[act], acts.lead[act] >= 0),
        "crm_contact_id": ids("P", base + acts.contact[act], acts.contact[act] >= 0),
        "opportunity_id": ids("O", base + acts.deal[act], acts.deal[act] >= 0),
        "user_id": user_ids(acts.user[act]),
        "activity_type": text(TYPES, acts.kind[act]),
        "direction": text(["outbound", "inbound"], np.where(acts.kind[act] == TASK, NONE, acts.inbound[act])),
        "is_automated": flags(acts.automated[act]),
        "outcome": text(OUTCOMES, acts.outcome[act]),
        "occurred_at": stamps(acts.instant[act]),
        "duration_seconds": pa.array(length, pa.int64(), mask=~talked),
        "is_deleted": flags(np.arange(len(row)) >= count),
    }
    return Rows("crm_activity", columns, np.concatenate([when, removed_at]))


def _attempts(world: World, rng: Random) -> _Acts:
    cycles = world.cycles
    cycle = repeated(cycles.made)
    attempt = ordinals(cycles.made)
    reached = cycles.contacted[cycle] == attempt
    kind = np.array([CALL, EMAIL, MESSAGE])[pick(rng, np.array([0.58, 0.30, 0.12]), len(cycle))]
    unheard = np.where(
        kind == CALL,
        np.array([NO_ANSWER, VOICEMAIL])[pick(rng, np.array([0.66, 0.34]), len(cycle))],
        np.where((kind == EMAIL) & chance(rng, 0.06, len(cycle)), BOUNCED, NONE),
    )
    outcome = np.where(reached, np.where(kind == CALL, CONNECTED, REPLIED), unheard)
    return _acts(
        cycles.attempts[cycle, attempt],
        cycles.owner[cycle],
        kind,
        outcome,
        world.leads.of_person[cycles.person[cycle]],
    )


def _machine_mails(world: World, rng: Random) -> _Acts:
    """A welcome to most qualified leads, minutes after, which is no attempt of anybody."""
    cycles = world.cycles
    sent = np.flatnonzero((cycles.mql < NEVER) & chance(rng, 0.6, len(cycles.mql)))
    lead = world.leads.of_person[cycles.person[sent]]
    return _acts(cycles.mql[sent] + 2 * MINUTE, cycles.owner[sent], EMAIL, NONE, lead, automated=True)


def _discovery(world: World, rng: Random) -> _Acts:
    """The meeting that qualifies a lead, and the one that nobody came to."""
    cycles = world.cycles
    held = np.flatnonzero(cycles.sql < world.clock.horizon)
    missed = held[chance(rng, 0.15, len(held))]
    called_back = np.flatnonzero((cycles.contacted >= 0) & chance(rng, 0.08, len(cycles.mql)))
    contact = cycles.attempts[called_back, cycles.contacted[called_back]]
    cycle = np.concatenate([held, missed, called_back])
    return _acts(
        np.concatenate([cycles.sql[held] - 45 * MINUTE, cycles.sql[missed] - DAY, contact + 2 * HOUR]),
        cycles.owner[cycle],
        np.repeat([MEETING, MEETING, CALL], [len(held), len(missed), len(called_back)]),
        np.repeat([HELD, NO_SHOW, CONNECTED], [len(held), len(missed), len(called_back)]),
        world.leads.of_person[cycles.person[cycle]],
        inbound=np.arange(len(cycle)) >= len(held) + len(missed),
    )


def _deal_work(world: World, rng: Random) -> _Acts:
    deals = world.deals
    counts = 3 + rng.poisson(5.5, len(deals.person))
    deal = repeated(counts)
    count = len(deal)
    span = deals.closed[deal] - deals.created[deal]
    kind = np.array([MEETING, EMAIL, CALL, MESSAGE])[pick(rng, np.array([0.35, 0.35, 0.22, 0.08]), count)]
    good = np.array([CONNECTED, REPLIED, HELD, REPLIED, NONE])[kind]
    bad = np.array([NO_ANSWER, NONE, NO_SHOW, NONE, NONE])[kind]
    named = pick(rng, np.array([0.6, 0.25, 0.15]), count)
    contact = world.parties.of_person[deals.person[deal]]
    instant = world.clock.at_work(
        rng,
        deals.created[deal] + (span * rng.random(count)).astype(np.int64),
        world.people.zone[deals.person[deal]],
    )
    return _acts(
        instant,
        deals.owner[deal],
        kind,
        np.where(chance(rng, 0.7, count), good, bad),
        np.where(named == 2, world.leads.of_person[deals.person[deal]], NONE),
        np.where(named == 0, contact, NONE),
        np.where(named < 2, deal, NONE),
        inbound=chance(rng, 0.18, count),
    )


def _tasks(world: World, rng: Random) -> _Acts:
    cycles = world.cycles
    noted = np.flatnonzero((cycles.sal < NEVER) & chance(rng, 0.3, len(cycles.sal)))
    instant = cycles.sal[noted] + waits(rng, 0.5, 0.8, len(noted))
    return _acts(instant, cycles.owner[noted], TASK, NONE, world.leads.of_person[cycles.person[noted]])
