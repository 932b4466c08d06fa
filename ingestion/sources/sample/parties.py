"""The CRM's parties: accounts of companies, contacts of the people and strangers around deals, and their roles.

Parties as entities belong here; their rows are written in `party_rows`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.sources.sample.clock import Clock
from ingestion.sources.sample.company import CONTACT_ROLES
from ingestion.sources.sample.deals import BY_ACCOUNT, BY_LEAD, BY_ROLES, UNLINKED, Deals
from ingestion.sources.sample.draws import DAY, HOUR, NEVER, Random, chance, fades, waits
from ingestion.sources.sample.people import People


@dataclass(frozen=True)
class Parties:
    """`account_created` per company (NEVER: no account), `twin_of` companies with a second account on their domain.

    CRM contacts by position: `person` (-1 for a stranger), `company`, `created`, `merged_into` (-1) and `merged_at`;
    `of_person` is each person's contact (-1: none). Roles: `role_deal`, `role_contact`, `role`, `role_is_primary`.
    """

    account_created: np.ndarray
    twin_of: np.ndarray
    person: np.ndarray
    company: np.ndarray
    created: np.ndarray
    merged_into: np.ndarray
    merged_at: np.ndarray
    of_person: np.ndarray
    role_deal: np.ndarray
    role_contact: np.ndarray
    role: np.ndarray
    role_is_primary: np.ndarray


def gather(rng: Random, clock: Clock, people: People, deals: Deals) -> Parties:
    """The parties that the deals need, and the accounts the company had on its lists anyway."""
    deal, person = _members(rng, people, deals)
    first = np.full(len(people.number), NEVER)
    np.minimum.at(first, person, deals.created[deal])
    # Somebody who is not linked to the deal by any role converts all the same.
    hidden = np.isin(deals.tie, [BY_ACCOUNT, UNLINKED])
    np.minimum.at(first, deals.person[hidden], deals.created[hidden])
    known = np.flatnonzero(first < NEVER)
    of_person = np.full(len(people.number), -1)
    of_person[known] = np.arange(len(known))
    strange_deal = np.flatnonzero(
        (people.company[deals.person] >= 0) & ~hidden & chance(rng, 0.3, len(deals.person))
    )
    doubles = known[chance(rng, 0.015, len(known))]
    double_created = first[doubles] + waits(rng, 30, 0.8, len(doubles))
    doubles, double_created = (
        doubles[double_created < clock.horizon],
        double_created[double_created < clock.horizon],
    )
    merged_at = double_created + waits(rng, 10, 0.8, len(doubles)) + HOUR
    merged = chance(rng, 0.7, len(doubles)) & (merged_at < clock.horizon)
    single = len(known) + len(strange_deal)
    return Parties(
        account_created=_accounts(rng, clock, people, deals),
        twin_of=np.flatnonzero(chance(rng, 0.004, len(people.companies.number))),
        person=np.concatenate([known, np.full(len(strange_deal), -1), doubles]),
        company=people.company[np.concatenate([known, deals.person[strange_deal], doubles])],
        created=np.concatenate(
            [first[known], np.minimum(deals.created[strange_deal] + DAY, clock.horizon - 1), double_created]
        ),
        merged_into=np.concatenate([np.full(single, -1), np.where(merged, of_person[doubles], -1)]),
        merged_at=np.concatenate([np.full(single, NEVER), np.where(merged, merged_at, NEVER)]),
        of_person=of_person,
        role_deal=np.concatenate([deal, strange_deal]),
        role_contact=np.concatenate([of_person[person], len(known) + np.arange(len(strange_deal))]),
        role=np.concatenate([rng.integers(0, len(CONTACT_ROLES), len(deal)), np.full(len(strange_deal), 2)]),
        role_is_primary=np.concatenate(
            [
                (person == deals.person[deal]) & (deals.tie[deal] != BY_ROLES),
                np.zeros(len(strange_deal), dtype=bool),
            ]
        ),
    )


def _members(rng, people, deals) -> tuple[np.ndarray, np.ndarray]:
    """Deals and the people with a role in them: the buyer, and colleagues we knew by then."""
    order = np.lexsort((people.known_at, people.company))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    buyer = np.flatnonzero(~np.isin(deals.tie, [BY_ACCOUNT, UNLINKED]))
    deal, person = [buyer], [deals.person[buyer]]
    for step in (-1, 1, 2):
        colleague = order[np.clip(place[deals.person] + step, 0, len(order) - 1)]
        wanted = np.where(deals.tie == BY_ROLES, 0.9, 0.35)
        joins = (
            (colleague != deals.person)
            & (people.company[deals.person] >= 0)
            & (people.company[colleague] == people.company[deals.person])
            & (people.known_at[colleague] < deals.created + 30 * DAY)
            & np.isin(deals.tie, [BY_LEAD, BY_ROLES])
            & chance(rng, wanted, len(deals.person))
        )
        deal.append(np.flatnonzero(joins))
        person.append(colleague[joins])
    pairs = np.unique(np.stack([np.concatenate(deal), np.concatenate(person)]), axis=1)
    return pairs[0], pairs[1]


def _accounts(rng, clock, people, deals) -> np.ndarray:
    count = len(people.companies.number)
    created = np.full(count, NEVER)
    buying = (people.company[deals.person] >= 0) & (deals.tie != UNLINKED)
    np.minimum.at(created, people.company[deals.person[buying]], deals.created[buying])
    listed = chance(rng, 0.3, count)
    before = clock.start - fades(rng, 300, count)
    return np.where(listed, np.minimum(created, before), created)
