"""The deals: what each round through the funnel was worth, how it closed, and what customers bought or ended later.

Deals as entities with their instants belong here; the records around them (accounts, contacts, roles) do not.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ingestion.sources.sample import channels
from ingestion.sources.sample.clock import Clock
from ingestion.sources.sample.company import CURRENCIES, LOSS_REASONS
from ingestion.sources.sample.draws import DAY, NEVER, Random, chance, pick, waits
from ingestion.sources.sample.funnel import WON, Cycles
from ingestion.sources.sample.people import People
from ingestion.sources.sample.team import Team

NEW_BUSINESS, RENEWAL, EXPANSION = range(3)
KINDS = ("new_business", "renewal", "expansion")
BY_LEAD, BY_PRIMARY, BY_ROLES, BY_ACCOUNT, UNLINKED = range(5)
"""What ties a deal to people: the lead, the primary contact, the roles, the account alone, nothing."""
KEPT = 0.83
"""Share of contracts renewed, before the channel's part."""


@dataclass(frozen=True)
class Deals:
    """Deals by position. Instants in seconds, `contract_*` in days since 1970 (-1: none), `cents` in the currency at
    that position of CURRENCIES. `cycle` is the round it came from, -1 for renewals and expansions."""

    person: np.ndarray
    cycle: np.ndarray
    kind: np.ndarray
    tie: np.ndarray
    owner: np.ndarray
    cents: np.ndarray
    currency: np.ndarray
    created: np.ndarray
    proposed: np.ndarray
    negotiated: np.ndarray
    closed: np.ndarray
    won: np.ndarray
    reason: np.ndarray
    contract_start: np.ndarray
    contract_end: np.ndarray


def worth(rng: Random, people: People) -> np.ndarray:
    """What each person's business may be worth a year, USD."""
    employees = np.where(people.company >= 0, people.companies.employees[people.company], 3)
    return 3_400 * employees**0.28 * rng.lognormal(0, 0.45, len(employees))


def make(rng: Random, clock: Clock, people: People, team: Team, cycles: Cycles, value: np.ndarray) -> Deals:
    """All deals created before the horizon; those that close later are open."""
    parts = [_new_business(rng, clock, people, team, cycles, value)]
    parts.append(_expansions(rng, clock, parts[0]))
    customers = parts[0]
    for _ in range(int(clock.days // 365)):
        customers = _renewals(rng, clock, people, customers)
        parts.append(customers)
    return Deals(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Deals)
        }
    )


def _new_business(rng, clock, people, team, cycles, value) -> Deals:
    cycle = np.flatnonzero(cycles.opportunity < clock.horizon)
    person, created, closed = cycles.person[cycle], cycles.opportunity[cycle], cycles.closed[cycle]
    count = len(cycle)
    tie = pick(rng, np.array([0.70, 0.17, 0.06, 0.05, 0.02]), count)
    tie = np.where((people.company[person] < 0) & (tie >= BY_ROLES), BY_LEAD, tie)
    usd = value[person] * rng.lognormal(0, 0.25, count)
    years = np.where(chance(rng, 0.12, count), 2, 1)
    return _deals(
        rng,
        person=person,
        cycle=cycle,
        kind=np.full(count, NEW_BUSINESS),
        tie=tie,
        owner=team.assign(rng, team.closers, people.region[person]),
        cents=_cents(usd, people.currency[person]),
        currency=people.currency[person],
        created=created,
        closed=closed,
        won=cycles.ending[cycle] == WON,
        start_day=closed // DAY + rng.integers(0, 20, count),
        contract_days=365 * years,
    )


def _expansions(rng, clock, customers: Deals) -> Deals:
    grown = np.flatnonzero(customers.won & chance(rng, 0.22, len(customers.won)))
    created = customers.closed[grown] + waits(rng, 150, 0.5, len(grown))
    grown, created = grown[created < clock.horizon], created[created < clock.horizon]
    closed = created + waits(rng, 24, 0.5, len(grown))
    return _deals(
        rng,
        **_inherited(customers, grown, rng),
        kind=np.full(len(grown), EXPANSION),
        cents=np.round(customers.cents[grown] * rng.uniform(0.15, 0.6, len(grown)), -4).astype(np.int64),
        created=created,
        closed=closed,
        won=chance(rng, 0.68, len(grown)),
        start_day=closed // DAY,
        contract_days=np.maximum(customers.contract_end[grown] - closed // DAY, 30),
    )


def _renewals(rng, clock, people, customers: Deals) -> Deals:
    """Of the customers' contracts that end; the ones nobody even offers to renew are churn without a deal."""
    due = np.flatnonzero(customers.won & chance(rng, 0.95, len(customers.won)))
    ends = (customers.contract_end[due] + 1) * DAY
    created = np.maximum(
        ends - (rng.uniform(35, 80, len(due)) * DAY).astype(np.int64), customers.closed[due] + DAY
    )
    due, ends, created = (
        due[created < clock.horizon],
        ends[created < clock.horizon],
        created[created < clock.horizon],
    )
    closed = np.maximum(ends + (rng.normal(-4, 9, len(due)) * DAY).astype(np.int64), created + DAY)
    keeps = KEPT * channels.column("keep")[people.channel[customers.person[due]]]
    return _deals(
        rng,
        **_inherited(customers, due, rng),
        kind=np.full(len(due), RENEWAL),
        cents=np.round(customers.cents[due] * rng.normal(1.04, 0.06, len(due)), -4).astype(np.int64),
        created=created,
        closed=closed,
        won=chance(rng, keeps, len(due)),
        start_day=customers.contract_end[due] + 1,
        contract_days=np.full(len(due), 365),
    )


def _inherited(customers: Deals, position: np.ndarray, rng: Random) -> dict[str, np.ndarray]:
    return {
        "person": customers.person[position],
        "cycle": np.full(len(position), -1),
        "tie": np.array([BY_LEAD, BY_PRIMARY, BY_ACCOUNT])[
            pick(rng, np.array([0.25, 0.71, 0.04]), len(position))
        ],
        "owner": customers.owner[position],
        "currency": customers.currency[position],
    }


def _deals(rng, *, start_day, contract_days, created, closed, won, **others) -> Deals:
    count = len(created)
    span = np.maximum(closed - created, 2)
    proposed = created + (span * rng.uniform(0.15, 0.5, count)).astype(np.int64)
    negotiated = proposed + ((closed - proposed) * rng.uniform(0.3, 0.8, count)).astype(np.int64)
    # Many lost deals never came to negotiate.
    negotiated = np.where(~won & chance(rng, 0.55, count), NEVER, negotiated)
    return Deals(
        **others,
        created=created,
        proposed=proposed,
        negotiated=negotiated,
        closed=closed,
        won=won,
        reason=np.where(won, -1, pick(rng, np.array(list(LOSS_REASONS.values())), count)),
        contract_start=np.where(won, start_day, -1),
        contract_end=np.where(won, start_day + contract_days - 1, -1),
    )


def _cents(usd: np.ndarray, currency: np.ndarray) -> np.ndarray:
    """Round amounts: to the hundred, in yen to the thousand."""
    amount = usd / np.array(list(CURRENCIES.values()))[currency]
    step = np.where(currency == list(CURRENCIES).index("JPY"), 1_000, 100)
    return (np.maximum(np.round(amount / step), 1) * step * 100).astype(np.int64)
