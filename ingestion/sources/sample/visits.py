"""The touches of people with marketing: browsing before anybody knows them, forms, nurturing, bursts of interest.

Touches as arrays belong here; their rows are written in `touch_rows`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ingestion.sources.sample import channels
from ingestion.sources.sample.draws import (
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    Random,
    chance,
    fades,
    ordinals,
    pick,
    pick_by,
    repeated,
)
from ingestion.sources.sample.funnel import WON
from ingestion.sources.sample.people import LEAD_ONLY
from ingestion.sources.sample.world import World

TYPES = (
    "page_view",
    "pricing_view",
    "content_download",
    "webinar_attendance",
    "event_attendance",
    "form_submit",
    "demo_request",
    "email_open",
    "email_click",
    "ad_click",
)
PAGE, PRICING, DOWNLOAD, WEBINAR, EVENT, FORM, DEMO, OPEN, CLICK, AD = range(len(TYPES))
UNKNOWN = -1
"""The person of an anonymous visitor who never says who they are."""


@dataclass(frozen=True)
class Touches:
    """Touches by position. `visitor` numbers the device of those without a person; `is_known` says that marketing
    knew the person by then."""

    person: np.ndarray
    visitor: np.ndarray
    instant: np.ndarray
    channel: np.ndarray
    kind: np.ndarray
    is_known: np.ndarray


def _mix(**shares: float) -> np.ndarray:
    return np.array([shares.get(name, 0.0) for name in channels.NAMES])


NURTURE = _mix(
    email=0.52,
    direct=0.16,
    organic_search=0.09,
    webinar=0.07,
    paid_social=0.06,
    content=0.05,
    event=0.02,
    display=0.03,
)
INTERESTED = _mix(email=0.30, direct=0.34, organic_search=0.16, paid_search=0.08, webinar=0.08, referral=0.04)
KINDS = np.full((len(channels.NAMES), len(TYPES)), 0.0)
for _name, _weights in {
    "email": {OPEN: 6, CLICK: 3, PAGE: 1},
    "webinar": {WEBINAR: 1},
    "event": {EVENT: 1},
    "content": {DOWNLOAD: 3, PAGE: 1},
    "paid_search": {AD: 4, PAGE: 3, PRICING: 0.4},
    "paid_social": {AD: 5, PAGE: 2},
    "display": {AD: 4, PAGE: 1},
}.items():
    KINDS[channels.INDEX[_name], list(_weights)] = list(_weights.values())
KINDS[KINDS.sum(axis=1) == 0] = np.bincount([PAGE, PRICING, DOWNLOAD], [12, 0.8, 0.7], minlength=len(TYPES))


def touches(world: World, rng: Random) -> Touches:
    """All touches of a chunk before the horizon, those of anonymous visitors included, in no order."""
    parts = [
        _before(world, rng),
        _forms(world, rng),
        _nurture(world, rng),
        _bursts(world, rng),
        _strangers(world, rng),
    ]
    whole = [np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Touches)]
    happened = whole[2] < world.clock.horizon
    return Touches(*[column[happened] for column in whole])


def _touched(rng, person, instant, channel, kind=None, is_known=True) -> Touches:
    kind = pick_by(rng, KINDS, channel) if kind is None else kind
    known = np.broadcast_to(is_known, person.shape)
    return Touches(person, np.full(len(person), -1), instant, channel, kind, known)


def _browsing(world: World) -> np.ndarray:
    """Nobody on a bought list has ever been on the web site."""
    return np.flatnonzero(world.people.channel != channels.INDEX["other"])


def _before(world: World, rng: Random) -> Touches:
    """The first touch, which is where the person came from, and what followed until they said who they are."""
    people, who = world.people, _browsing(world)
    counts = 1 + rng.poisson(rng.gamma(1.1, 2.9, len(who)))
    person, order = who[repeated(counts)], ordinals(counts)
    span = people.known_at[person] - people.first_seen[person]
    instant = people.first_seen[person] + np.where(
        order == 0, 0, span * rng.random(len(person)) ** 0.7
    ).astype(np.int64)
    wandering = pick(
        rng,
        _mix(direct=0.45, organic_search=0.3, referral=0.08, paid_search=0.09, organic_social=0.08),
        len(person),
    )
    own = (order == 0) | chance(rng, 0.5, len(person)) | (span < HOUR)
    return _touched(rng, person, instant, np.where(own, people.channel[person], wandering), is_known=False)


def _forms(world: World, rng: Random) -> Touches:
    """How they said who they are: the registration, the download, the request; imported people did not."""
    people = world.people
    person = _browsing(world)
    person = person[people.form[person] != LEAD_ONLY]
    started = np.full(len(people.number), NEVER)
    np.minimum.at(started, world.cycles.person, world.cycles.mql)
    at_once = started[person] - people.known_at[person] < 12 * HOUR
    asked = np.where(at_once, chance(rng, 0.72, len(person)), chance(rng, 0.02, len(person)))
    channel = people.channel[person]
    usual = np.select(
        [
            channel == channels.INDEX["webinar"],
            channel == channels.INDEX["event"],
            channel == channels.INDEX["content"],
        ],
        [WEBINAR, EVENT, DOWNLOAD],
        np.array([FORM, DOWNLOAD, WEBINAR])[pick(rng, np.array([0.7, 0.25, 0.05]), len(person))],
    )
    return _touched(rng, person, people.known_at[person], channel, np.where(asked, DEMO, usual))


def _nurture(world: World, rng: Random) -> Touches:
    """Newsletters and visits over the months after, more of them to those who buy."""
    people = world.people
    bought = np.zeros(len(people.number), dtype=bool)
    bought[world.cycles.person[world.cycles.ending == WON]] = True
    counts = rng.poisson(rng.gamma(0.9, np.where(bought, 26, np.where(people.form == LEAD_ONLY, 4, 14.5))))
    counts[people.mail_kind == 2] = 0
    person = repeated(counts)
    instant = people.known_at[person] + MINUTE + fades(rng, 100, len(person))
    return _touched(rng, person, instant, pick(rng, NURTURE, len(person)))


def _bursts(world: World, rng: Random) -> Touches:
    """Days of interest before most qualifications, and before some that were not made."""
    cycles, people = world.cycles, world.people
    seen = np.where(
        cycles.mql < NEVER, chance(rng, 0.88, len(cycles.mql)), chance(rng, 0.05, len(cycles.mql))
    )
    cycle = np.flatnonzero(seen & (people.channel[cycles.person] != channels.INDEX["other"]))
    wait = np.where(
        cycles.mql[cycle] < NEVER, cycles.mql[cycle], cycles.began[cycle] + fades(rng, 30, len(cycle))
    )
    counts = 3 + rng.poisson(2.2, len(cycle))
    burst, order = repeated(counts), ordinals(counts)
    person, peak = cycles.person[cycle][burst], wait[burst]
    earliest = np.maximum(people.known_at[person], peak - 9 * DAY)
    before = np.where(order == 0, MINUTE + fades(rng, 8 / 1440, len(burst)), fades(rng, 2.5, len(burst)))
    strong = np.array([DEMO, PRICING, WEBINAR, DOWNLOAD])[
        pick(rng, np.array([0.5, 0.3, 0.12, 0.08]), len(burst))
    ]
    channel = pick(rng, INTERESTED, len(burst))
    weak = np.where(chance(rng, 0.22, len(burst)), PRICING, pick_by(rng, KINDS, channel))
    return _touched(
        rng, person, np.maximum(peak - before, earliest), channel, np.where(order == 0, strong, weak)
    )


def _strangers(world: World, rng: Random) -> Touches:
    """Visitors who look around once or twice and stay unknown."""
    count = round(1.3 * len(world.people.number))
    counts = 1 + rng.poisson(1.2, count)
    visitor, order = repeated(counts), ordinals(counts)
    arrival = world.clock.arrivals(rng, rng.integers(0, 7, count))
    channel = pick(rng, channels.column("visits") * channels.column("share_last"), count)
    instant = arrival[visitor] + order * fades(rng, 1, len(visitor))
    whole = _touched(rng, np.full(len(visitor), UNKNOWN), instant, channel[visitor], is_known=False)
    return Touches(whole.person, visitor, whole.instant, whole.channel, whole.kind, whole.is_known)
