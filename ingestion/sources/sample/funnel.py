"""How people move: qualified, handed over, called, accepted, won or lost, silent or recycled, and back again.

The instants of each round (cycle) through the funnel belong here; the records that tell of them are written elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from ingestion.sources.sample import channels
from ingestion.sources.sample.clock import Clock
from ingestion.sources.sample.company import LEAVES, REGION_ZONES, ZONES
from ingestion.sources.sample.draws import DAY, HOUR, MINUTE, NEVER, Random, chance, fades, pick, waits
from ingestion.sources.sample.people import LEAD_ONLY, People
from ingestion.sources.sample.team import Team

ROUNDS = 3
MOST_ATTEMPTS = 8
SILENT, RECYCLED, DISQUALIFIED, LOST, WON = range(5)
"""How a round ends; a silent one just stays where it is."""
FIT_QUALIFIES = np.array([0.14, 0.72, 1.32, 1.85])
# The company's rates, as a newcomer would quote them; channels and fit move each around these.
QUALIFIED, ACCEPTED, SALES_QUALIFIED, OPPORTUNITY, WIN = 0.345, 0.76, 0.79, 0.81, 0.31
RETURNS = np.array([0.0, 0.42, 0.0, 0.26, 0.0])
"""Share that comes back, by how the round ended."""
FIRST_HAZARD, HAZARD_DECAY = 0.34, 0.80
REFUSED_AT_A_GLANCE, WAITING_AT_THE_END = 0.15, 0.75


@dataclass(frozen=True)
class Cycles:
    """Rounds through the funnel. Instants in seconds, NEVER for what did not happen; `attempts` has a column per
    attempt, NEVER from `made` on, and `contacted` is the attempt that reached the person, -1 for none."""

    person: np.ndarray
    number: np.ndarray
    owner: np.ndarray
    began: np.ndarray
    mql: np.ndarray
    assigned: np.ndarray
    attempts: np.ndarray
    made: np.ndarray
    contacted: np.ndarray
    sal: np.ndarray
    sql: np.ndarray
    opportunity: np.ndarray
    closed: np.ndarray
    ended: np.ndarray
    ending: np.ndarray

    @property
    def has_deal(self) -> np.ndarray:
        return self.opportunity < NEVER


def run(rng: Random, clock: Clock, people: People, team: Team, lead_created: np.ndarray) -> Cycles:
    """Every round of the people who have a CRM lead, by round and person."""
    person = np.flatnonzero(people.has_lead)
    began = lead_created[person]
    rounds = []
    for number in range(1, ROUNDS + 1):
        cycle = _round(rng, clock, people, team, person, began, number)
        rounds.append(cycle)
        away = np.where(
            cycle.ending == LOST, waits(rng, 120, 0.6, len(person)), waits(rng, 60, 0.8, len(person))
        )
        comes = chance(rng, RETURNS[cycle.ending], len(person)) & (cycle.ended + away + DAY < clock.horizon)
        person, began = person[comes], (cycle.ended + away + DAY)[comes]
    return Cycles(
        **{
            field.name: np.concatenate([getattr(cycle, field.name) for cycle in rounds])
            for field in fields(Cycles)
        }
    )


def neglected(rng: Random, clock: Clock, people: People, cycles: Cycles) -> Cycles:
    """The rounds, some of which nobody called yet, or at all. Of those disqualified for good, sales refuses some at a
    glance: competitors and students, now and then before routing hands them over. At the end of a quarter, when deals
    are closed, most leads of the last two days wait; those of the last day were handed over at its end, all at once."""
    count = len(cycles.person)
    refused = (cycles.ending == DISQUALIFIED) & (cycles.sal >= NEVER) & (cycles.mql < NEVER)
    refused &= chance(rng, REFUSED_AT_A_GLANCE, count)
    ended = np.where(refused, cycles.mql + waits(rng, 8 / 1440, 0.9, count) + MINUTE, cycles.ended)
    waiting = (
        (cycles.assigned >= clock.horizon - 2 * DAY) & (cycles.mql < NEVER) & (cycles.sal > cycles.assigned)
    )
    waiting &= np.minimum.reduce([cycles.sql, cycles.opportunity, ended]) >= clock.horizon
    waiting &= chance(rng, WAITING_AT_THE_END, count)
    uncalled = refused | waiting
    return replace(
        cycles,
        assigned=np.where(waiting, _handed_over_late(rng, clock, people, cycles), cycles.assigned),
        attempts=np.where(uncalled[:, None], NEVER, cycles.attempts),
        made=np.where(uncalled, 0, cycles.made),
        contacted=np.where(uncalled, -1, cycles.contacted),
        sal=np.where(waiting, np.maximum(cycles.sal, clock.horizon), cycles.sal),
        ended=ended,
    )


def _handed_over_late(rng, clock, people, cycles) -> np.ndarray:
    """The handover; one of the last day comes no sooner than some 75 minutes before the team goes home."""
    region = people.region[cycles.person]
    zone = _zone(region)
    late = clock.on_last_day(np.array(LEAVES)[region] * HOUR, zone) - rng.integers(
        65 * MINUTE, 85 * MINUTE, len(region)
    )
    is_last_day = cycles.assigned >= clock.on_last_day(np.zeros(len(region), dtype=np.int64), zone)
    return np.where(is_last_day, np.maximum(cycles.assigned, late), cycles.assigned)


def _zone(region: np.ndarray) -> np.ndarray:
    return np.array([ZONES.index(name) for name in REGION_ZONES])[region]


def _round(rng, clock, people, team, person, began, number) -> Cycles:
    count = len(person)
    region = people.region[person]
    zone = _zone(region)
    owner = team.assign(rng, team.inbound, region)
    mql = _qualification(rng, people, person, began, number)
    assigned = mql + _handover_wait(rng, mql, zone, clock)
    attempts, contact_odds = _attempts(rng, clock, team, owner, zone, assigned)
    acceptable = chance(rng, np.clip(ACCEPTED * (0.82 + 0.12 * people.fit[person]), 0, 0.95), count)
    accepted = acceptable & (mql < NEVER)
    made, contacted = _contacts(rng, attempts, contact_odds, accepted, mql)
    attempts[np.arange(MOST_ATTEMPTS) >= made[:, None]] = NEVER
    first = attempts[:, 0]

    late = np.where(chance(rng, 0.07, count), fades(rng, 4, count) + DAY, fades(rng, 1.5 / 24, count))
    noticed = np.where(first < NEVER, first, assigned + DAY) + late
    sal = np.where(accepted, clock.at_work(rng, noticed, zone), NEVER)
    contact = np.where(contacted >= 0, attempts[np.arange(count), np.maximum(contacted, 0)], NEVER)
    convincing = np.clip(SALES_QUALIFIED * (0.66 + 0.18 * people.fit[person]), 0, 0.97)
    qualifies = accepted & (contacted >= 0) & chance(rng, convincing, count)
    judged = np.maximum(sal, contact) + waits(rng, 2.5, 0.9, count)
    sql = np.where(qualifies, clock.at_work(rng, judged, zone), NEVER)
    has_deal = qualifies & chance(rng, OPPORTUNITY, count)
    opportunity, closed = _deal(rng, clock, people, person, zone, sql, has_deal, number == 1)
    quick = np.where(first - assigned < HOUR, 1.1, 0.94)
    wins = WIN * channels.column("win")[people.channel[person]] * quick * (0.7 + 0.18 * people.fit[person])
    won = has_deal & chance(rng, wins, count)

    last = np.where(made > 0, attempts[np.arange(count), np.maximum(made - 1, 0)], NEVER)
    ended, ending = _ending(rng, mql, sal, sql, last, closed, has_deal, won, accepted, qualifies)
    sal = _blemish(rng, sal, mql, sql)
    # Some who got a deal were never noted as qualified before.
    sql = np.where(has_deal & chance(rng, 0.03, count), NEVER, sql)
    return Cycles(
        person, np.full(count, number), owner, began, mql, assigned, attempts, made, contacted, sal, sql, opportunity,
        closed, ended, ending,
    )  # fmt: skip


def _deal(rng, clock, people, person, zone, sql, has_deal, is_first) -> tuple[np.ndarray, np.ndarray]:
    """When the deal is created and when it closes, by the size of the buyer."""
    count = len(person)
    opportunity = np.where(has_deal, clock.at_work(rng, sql + waits(rng, 3, 0.8, count), zone), NEVER)
    # A few deals were talked about before marketing ever heard of the person.
    early = has_deal & chance(rng, 0.03, count) & is_first
    opportunity = np.where(early, people.first_seen[person] - fades(rng, 12, count) - HOUR, opportunity)
    days = 42 * (0.8 + 0.35 * people.fit[person])
    decided = np.maximum(opportunity, sql) + waits(rng, days, 0.6, count)
    return opportunity, np.where(has_deal, clock.at_work(rng, decided, zone), NEVER)


def _qualification(rng, people, person, began, number) -> np.ndarray:
    count = len(person)
    if number > 1:
        return began
    odds = QUALIFIED * channels.column("qualify")[people.channel[person]] * FIT_QUALIFIES[people.fit[person]]
    at_once = chance(rng, 0.38, count)
    wait = np.where(at_once, fades(rng, 1.2 / 24, count) + 2 * MINUTE, waits(rng, 11, 1.1, count) + 4 * HOUR)
    # Sales calls the leads it imported itself whether marketing would or not.
    odds = np.where(people.form[person] == LEAD_ONLY, np.minimum(odds * 1.2, 0.9), odds)
    return np.where(chance(rng, np.clip(odds, 0, 0.92), count), began + wait, NEVER)


def _handover_wait(rng, mql, zone, clock) -> np.ndarray:
    """Minutes where the routing works, hours where somebody has to, days where it is forgotten."""
    count = len(mql)
    kind = pick(rng, np.array([0.84, 0.12, 0.04]), count)
    by_hand = clock.at_work(rng, mql + fades(rng, 3 / 24, count), zone) - mql
    forgotten = clock.at_work(rng, mql + fades(rng, 2, count) + DAY, zone) - mql
    return np.select([kind == 0, kind == 1], [waits(rng, 4 / 1440, 0.8, count), by_hand], forgotten)


def _attempts(rng, clock, team, owner, zone, assigned) -> tuple[np.ndarray, np.ndarray]:
    """Instants of up to MOST_ATTEMPTS attempts, and the odds that each reaches the person."""
    count = len(owner)
    pace = team.pace[owner] * (1.35 - 0.6 * clock.progress(assigned))
    waiting = waits(rng, 16 / 1440 * pace, 1.1, count)
    instants = np.empty((count, MOST_ATTEMPTS), dtype=np.int64)
    instants[:, 0] = clock.at_work(rng, assigned + waiting, zone)
    for attempt in range(1, MOST_ATTEMPTS):
        gap = waits(rng, 0.9 + 0.35 * attempt, 0.7, count) + HOUR
        instants[:, attempt] = clock.at_work(rng, instants[:, attempt - 1] + gap, zone)
    delay = (instants[:, 0] - assigned) / HOUR
    speed = np.select([delay < 0.25, delay < 1, delay < 24], [1.3, 1.12, 0.95], 0.72)
    odds = FIRST_HAZARD * speed[:, None] * HAZARD_DECAY ** np.arange(MOST_ATTEMPTS)
    return instants, odds


def _contacts(rng, attempts, odds, accepted, mql) -> tuple[np.ndarray, np.ndarray]:
    """How many attempts were made, and which of them reached the person (-1: none)."""
    count = len(mql)
    patience = np.minimum(2 + rng.poisson(np.where(accepted, 4.4, 2.0), count), MOST_ATTEMPTS)
    reached = rng.random(odds.shape) < odds
    first = np.where(reached.any(axis=1), reached.argmax(axis=1), MOST_ATTEMPTS)
    contacted = np.where((first < patience) & (mql < NEVER), first, -1)
    made = np.where(mql < NEVER, np.where(contacted >= 0, contacted + 1, patience), 0)
    return made, contacted


def _ending(rng, mql, sal, sql, last, closed, has_deal, won, accepted, qualifies):
    count = len(mql)
    refused = np.array([SILENT, RECYCLED, DISQUALIFIED])[pick(rng, np.array([0.25, 0.42, 0.33]), count)]
    dropped = np.array([SILENT, RECYCLED, DISQUALIFIED])[pick(rng, np.array([0.25, 0.55, 0.20]), count)]
    ending = np.select(
        [mql >= NEVER, won, has_deal, ~accepted],
        [np.where(chance(rng, 0.04, count), DISQUALIFIED, SILENT), WON, LOST, refused],
        dropped,
    )
    seen = np.maximum(np.where(last < NEVER, last, 0), np.where(accepted, sal, 0))
    seen = np.maximum(seen, np.where(qualifies, sql, 0))
    seen = np.where(seen > 0, seen, mql)
    ended = np.where(has_deal, closed, seen + waits(rng, 5, 0.9, count) + HOUR)
    return np.where((ending == SILENT) | (mql >= NEVER), NEVER, ended), ending


def _blemish(rng, sal, mql, sql) -> np.ndarray:
    """Some acceptances were never recorded, some were recorded as of before the lead was qualified."""
    count = len(sal)
    unrecorded = (sql < NEVER) & chance(rng, 0.04, count)
    backdated = (sal < NEVER) & chance(rng, 0.008, count)
    return np.select([unrecorded, backdated], [NEVER, mql - 2 * HOUR], sal)
