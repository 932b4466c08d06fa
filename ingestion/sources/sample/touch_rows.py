"""The rows of `marketing_touch`: what the web site, the mailings and the events noted of each touch.

How a touch looks in the export belongs here; which touches there are is decided in `visits`.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.sources.sample.campaigns import POSITIONS, Quarters
from ingestion.sources.sample.channels import NAMES, SIGNALS
from ingestion.sources.sample.draws import Random, chance, pick, pick_by
from ingestion.sources.sample.lateness import recorded
from ingestion.sources.sample.people import OWN_MAIL
from ingestion.sources.sample.render import ID_SPACE, Rows, blanked, ids, stamps, text
from ingestion.sources.sample.visits import TYPES, UNKNOWN, Touches, touches
from ingestion.sources.sample.world import World

PAGES = (
    "/",
    "/product",
    "/customers",
    "/blog/closing-the-loop",
    "/pricing",
    "/demo",
    "/resources/guide",
    "/webinars",
    "/产品",
)
CREATIVES = ("hero-a", "hero-b", "case-study", "short-video", "carousel")
TERMS = ("crm reporting", "lead attribution", "b2b funnel", "marketing sla", "线索管理")
STRANGER = ID_SPACE // 2
"""Devices of visitors who stay unknown are numbered from here."""

# Signals by channel, and for Chinese people by channel again.
_WEIGHTS = np.array(
    [
        [signal.weight if signal.channel == name and signal.chinese == chinese else 0.0 for signal in SIGNALS]
        for chinese in (False, True)
        for name in NAMES
    ]
)


def touch_rows(world: World, rng: Random) -> Rows:
    """`marketing_touch`: one row per touch."""
    made = touches(world, rng)
    when = recorded(rng, world.clock, made.instant, late=0.02)
    chinese = np.where(made.person >= 0, world.people.is_chinese[made.person], made.visitor % 8 == 0)
    signal = pick_by(rng, _WEIGHTS, made.channel + len(NAMES) * chinese)
    campaign = _campaigns(world, signal, made.instant)
    columns = {"touch_id": ids("T", world.chunk * ID_SPACE + np.arange(len(when)))}
    columns |= _identities(world, rng, made)
    columns |= {
        "occurred_at": stamps(made.instant),
        "touch_type": text(TYPES, made.kind),
        "utm_campaign": text(Quarters(world.clock).ids, np.where(_marked()[signal], campaign, -1)),
        "landing_page_url": text(
            [f"https://www.closedloop.example{page}" for page in PAGES],
            rng.integers(0, len(PAGES), len(when)),
        ),
        "campaign_id": text(Quarters(world.clock).ids, campaign),
    }
    columns |= _signals(rng, signal)
    return Rows("marketing_touch", columns, when)


def _marked() -> np.ndarray:
    return np.array([signal.source is not None for signal in SIGNALS])


def _campaigns(world: World, signal: np.ndarray, instant: np.ndarray) -> np.ndarray:
    series = np.array([POSITIONS.get(each.series, -1) for each in SIGNALS])
    return Quarters(world.clock).campaign(series[signal], instant)


def _signals(rng: Random, signal: np.ndarray) -> dict[str, pa.Array]:
    count = len(signal)
    clicked = np.array([each.click is not None for each in SIGNALS])[signal]
    click = pc.binary_join_element_wise(
        text([each.click for each in SIGNALS], signal),
        ids("Cj0KCQ", rng.integers(1 << 40, 1 << 44, count), clicked),
        "=",
    )
    paid = np.array([bool(each.series) and each.source is not None for each in SIGNALS])[signal]
    searched = np.array([each.channel == "paid_search" for each in SIGNALS])[signal]
    return {
        "utm_source": text([each.source for each in SIGNALS], signal),
        "utm_medium": text([each.medium for each in SIGNALS], signal),
        "utm_content": text(CREATIVES, np.where(paid, rng.integers(0, len(CREATIVES), count), -1)),
        "utm_term": text(TERMS, np.where(searched & paid, rng.integers(0, len(TERMS), count), -1)),
        "click_id": click,
        "referrer_url": text([each.referrer for each in SIGNALS], signal),
        "channel": text([each.declared for each in SIGNALS], signal),
    }


def _identities(world: World, rng: Random, made: Touches) -> dict[str, pa.Array]:
    """By device until they are known; then by contact, by e-mail, or by a device that may or may not be theirs."""
    people, base = world.people, world.chunk * ID_SPACE
    person, count = made.person, len(made.person)
    contact = np.where(person == UNKNOWN, -1, world.contacts.of_person[person])
    own_mail = (person != UNKNOWN) & (people.mail_kind[person] == OWN_MAIL)
    way = pick(rng, np.array([0.62, 0.18, 0.15, 0.05]), count)
    by_contact = made.is_known & (contact >= 0) & (way != 1) & (way != 2)
    by_mail = made.is_known & own_mail & ((way == 1) | (contact < 0))
    # Without a contact or an address all that is left is the device.
    by_device = ~by_contact & ~by_mail | chance(rng, 0.5, count) & (way != 3)
    second = person % 3 == 0
    device = np.where(
        person == UNKNOWN, STRANGER + made.visitor, person * 2 + (second & made.is_known & (way == 2))
    )
    return {
        "contact_id": ids("C", base + contact, by_contact),
        "anonymous_id": ids("V", base + device, by_device),
        "email": blanked(people.email.take(pa.array(np.maximum(person, 0))), ~by_mail),
    }
