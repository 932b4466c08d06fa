"""The rows of `crm_opportunity`, a version for every stage, and of `crm_opportunity_history`.

Writing the deals belongs here; how they went is decided in `deals`.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.sources.sample import channels
from ingestion.sources.sample.campaigns import SERIES, Quarters
from ingestion.sources.sample.company import CURRENCIES, DEAL_STAGES, LOSS_REASONS
from ingestion.sources.sample.deals import BY_LEAD, BY_PRIMARY, KINDS, UNLINKED
from ingestion.sources.sample.draws import DAY, NEVER, Random, chance, waits
from ingestion.sources.sample.lateness import recorded
from ingestion.sources.sample.render import (
    ID_SPACE,
    Rows,
    blanked,
    dates,
    flags,
    ids,
    money,
    text,
    times,
)
from ingestion.sources.sample.team import user_ids
from ingestion.sources.sample.world import World

POINTED_AT = 5
"""One in this many deals made from a lead does not carry its lead_id; the converted lead names the deal."""
WON_STAGE, LOST_STAGE = 3, 4


def deal_rows(world: World, converted_deal: np.ndarray, rng: Random) -> Rows:
    """`crm_opportunity`: one row per deal and stage reached, one more for those deleted; the last one is the newest."""
    deals, people, parties = world.deals, world.people, world.parties
    horizon, base = world.clock.horizon, world.chunk * ID_SPACE
    deal, instant, stage, is_deletion = _versions(world, rng)
    person = deals.person[deal]
    closed = stage >= WON_STAGE
    company = people.company[person]
    contact = parties.of_person[person]
    pointed = np.zeros(len(deals.person), dtype=bool)
    pointed[converted_deal[converted_deal >= 0]] = True
    by_lead = (deals.tie == BY_LEAD) & ~(pointed & (np.arange(len(pointed)) % POINTED_AT == 0))
    primary = np.isin(deals.tie, [BY_LEAD, BY_PRIMARY]) & (
        (deals.tie == BY_PRIMARY) | chance(rng, 0.7, len(pointed))
    )
    expected = np.where(closed, deals.closed[deal], deals.closed[deal] + _slippage(world, stage, deal))
    title = pc.binary_join_element_wise(
        pc.coalesce(text(people.companies.name, company), people.full_name.take(pa.array(person))),
        text(["new", "renewal", "expansion"], deals.kind[deal]),
        " - ",
    )
    columns = {
        "opportunity_id": ids("O", base + deal),
        "lead_id": ids("L", base + world.leads.of_person[person], by_lead[deal]),
        "account_id": ids("A", base + company, (company >= 0) & (deals.tie[deal] != UNLINKED)),
        "primary_crm_contact_id": ids("P", base + contact, primary[deal] & (contact >= 0)),
        "owner_user_id": user_ids(deals.owner[deal]),
        "name": title,
        "amount": money(_cents(deals, deal, stage)),
        "currency": text(list(CURRENCIES), deals.currency[deal]),
        "stage": text(DEAL_STAGES, stage),
        "opportunity_type": blanked(
            text(KINDS, deals.kind[deal]), (deals.kind[deal] == 0) & (deal % 11 == 0)
        ),
        "created_at": times(deals.created, horizon).take(pa.array(deal)),
        "close_date": dates(expected // DAY),
        "closed_at": times(np.where(closed & (deal % 13 > 0), deals.closed[deal], NEVER), horizon),
        "is_closed": flags(closed),
        "is_won": flags(stage == WON_STAGE),
        "loss_reason": text(list(LOSS_REASONS), np.where(stage == LOST_STAGE, deals.reason[deal], -1)),
        "campaign_id": text(Quarters(world.clock).ids, _campaign(world, deal)),
        "contract_start_date": dates(deals.contract_start[deal], stage == WON_STAGE),
        "contract_end_date": dates(deals.contract_end[deal], (stage == WON_STAGE) & (deal % 17 > 0)),
        "is_deleted": flags(is_deletion),
    }
    return Rows("crm_opportunity", columns, np.clip(instant, world.clock.start, horizon - 1))


def deal_history_rows(world: World, rng: Random) -> Rows:
    """`crm_opportunity_history`: one row per deal and stage reached."""
    deals = world.deals
    deal, instant, stage = _stages(world)
    columns = {
        "history_id": ids("G", world.chunk * ID_SPACE + np.arange(len(deal))),
        "opportunity_id": ids("O", world.chunk * ID_SPACE + deal),
        "stage": text(DEAL_STAGES, stage),
        "amount": money(_cents(deals, deal, stage)),
        "close_date": dates((deals.closed[deal] + _slippage(world, stage, deal)) // DAY),
        "changed_at": times(instant, world.clock.horizon),
    }
    return Rows("crm_opportunity_history", columns, recorded(rng, world.clock, instant, late=0.01))


def _stages(world: World) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Deals, instants and stages reached, by deal and time."""
    deals = world.deals
    every = np.arange(len(deals.person))
    instants = np.stack([deals.created, deals.proposed, deals.negotiated, deals.closed], axis=1)
    stages = np.stack(
        [0 * every, 0 * every + 1, 0 * every + 2, np.where(deals.won, WON_STAGE, LOST_STAGE)], axis=1
    )
    reached = instants < world.clock.horizon
    return np.repeat(every, 4).reshape(-1, 4)[reached], instants[reached], stages[reached]


def _versions(world: World, rng: Random):
    """The stages, and a last version of deals deleted because somebody had entered them by mistake."""
    deals = world.deals
    deal, instant, stage = _stages(world)
    last = np.append(deal[1:] != deal[:-1], True) if len(deal) else np.zeros(0, dtype=bool)
    doomed = last & ~deals.won[deal] & (deals.kind[deal] == 0) & chance(rng, 0.012, len(deal))
    removed = instant[doomed] + waits(rng, 20, 0.8, doomed.sum())
    happened = removed < world.clock.horizon
    deal, stage = np.append(deal, deal[doomed][happened]), np.append(stage, stage[doomed][happened])
    is_deletion = np.arange(len(deal)) >= len(instant)
    return deal, np.append(instant, removed[happened]), stage, is_deletion


def _cents(deals, deal: np.ndarray, stage: np.ndarray) -> np.ndarray:
    """First a guess, then the amount: a fifth of the deals is rounded up until proposed."""
    guess = deals.cents[deal] + deals.cents[deal] // 10
    return np.where((stage == 0) & (deal % 5 == 1), guess, deals.cents[deal])


def _slippage(world: World, stage: np.ndarray, deal: np.ndarray) -> np.ndarray:
    """Seconds by which the expected close misses the real one: hope early on, never before today's stage."""
    early = -((deal % 7) * 4 * DAY)
    hoped = np.where(stage == 0, early, np.where(stage == 1, early // 2, 0))
    return np.where(
        stage >= WON_STAGE, 0, np.maximum(hoped, world.deals.created[deal] - world.deals.closed[deal])
    )


def _campaign(world: World, deal: np.ndarray) -> np.ndarray:
    """A third of the deals names the campaign its buyer came by."""
    person = world.deals.person[deal]
    first = {series.channel: position for position, series in reversed(list(enumerate(SERIES)))}
    series = np.array([first.get(name, -1) for name in channels.NAMES])[world.people.channel[person]]
    return Quarters(world.clock).campaign(
        np.where(deal % 3 == 0, series, -1), world.people.first_seen[person]
    )
