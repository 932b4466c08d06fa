"""The rows of `crm_account`, `crm_contact` and `crm_opportunity_contact`.

The parties around deals as the CRM exports them; the deals themselves are written in `deal_rows`.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.sources.sample.company import CONTACT_ROLES, COUNTRIES, INDUSTRIES, REGIONS
from ingestion.sources.sample.draws import DAY, NEVER, Random, chance, waits
from ingestion.sources.sample.lateness import recorded
from ingestion.sources.sample.lead_rows import lead_source
from ingestion.sources.sample.render import ID_SPACE, Rows, blanked, flags, ids, text, times, words
from ingestion.sources.sample.team import user_ids
from ingestion.sources.sample.world import World

TWIN = ID_SPACE // 2
"""Ids of second accounts on a domain start here."""
STRANGERS = ("Robin Vale", "Kim Ash", "Alex Fenn", "Sam Rowe", "Jo Marsh", "Chris Thorn")


def account_rows(world: World, rng: Random) -> Rows:
    """`crm_account`: one row per account, a second one for those deleted; a few domains stand on two accounts."""
    companies, horizon = world.people.companies, world.clock.horizon
    company = np.flatnonzero(world.parties.account_created < horizon)
    twins = np.intersect1d(world.parties.twin_of, company)
    created = np.concatenate(
        [
            world.parties.account_created[company],
            np.minimum(world.parties.account_created[twins] + 20 * DAY, horizon - 1),
        ]
    )
    number = np.concatenate([company, TWIN + twins])
    company = np.concatenate([company, twins])
    deleted_at = np.where(
        (number >= TWIN) & chance(rng, 0.5, len(number)), created + waits(rng, 60, 0.5, len(number)), NEVER
    )
    gone = np.flatnonzero(deleted_at < horizon)
    row = np.concatenate([np.arange(len(number)), gone])
    is_deleted = np.arange(len(row)) >= len(number)
    region = np.array([REGIONS.index(each.region) for each in COUNTRIES])[companies.country[company]]
    owner = world.team.assign(rng, world.team.closers, region)
    columns = {
        "account_id": ids("A", world.chunk * ID_SPACE + number),
        "name": text(companies.name, company),
        "domain": blanked(text(companies.domain, company), chance(rng, 0.04, len(company))),
        "industry": text(list(INDUSTRIES), companies.industry[company]),
        "employee_count": words(companies.employees[company], ~chance(rng, 0.06, len(company))),
        "country": text([each.name for each in COUNTRIES], companies.country[company]),
        "owner_user_id": user_ids(owner),
        "created_at": times(created, horizon),
    }
    columns = {name: column.take(pa.array(row)) for name, column in columns.items()}
    when = np.clip(np.where(is_deleted, deleted_at[row], created[row]), world.clock.start, horizon - 1)
    return Rows("crm_account", columns | {"is_deleted": flags(is_deleted)}, when)


def crm_contact_rows(world: World, rng: Random) -> Rows:
    """`crm_contact`: one row per contact, a second one for those merged or deleted."""
    parties, people, horizon = world.parties, world.people, world.clock.horizon
    count = len(parties.person)
    person = np.maximum(parties.person, 0)
    stranger = parties.person < 0
    stranger_mail = pc.binary_join_element_wise(
        "buyer", words(np.arange(count)), "@", text(people.companies.domain, parties.company), ""
    )
    email = pc.if_else(pa.array(stranger), stranger_mail, people.email.take(pa.array(person)))
    name = pc.if_else(
        pa.array(stranger),
        text(STRANGERS, np.arange(count) % len(STRANGERS)),
        people.full_name.take(pa.array(person)),
    )
    deleted_at = np.where(
        stranger & chance(rng, 0.01, count), parties.created + waits(rng, 90, 0.5, count), NEVER
    )
    changed_at = np.minimum(parties.merged_at, deleted_at)
    again = np.flatnonzero(changed_at < horizon)
    row = np.concatenate([np.arange(count), again])
    changed = np.arange(len(row)) >= count
    has_account = (parties.company >= 0) & (parties.account_created[parties.company] < horizon)
    columns = {
        "crm_contact_id": ids("P", world.chunk * ID_SPACE + np.arange(count)),
        "account_id": ids("A", world.chunk * ID_SPACE + parties.company, has_account),
        "email": email,
        "phone": blanked(people.phone.take(pa.array(person)), stranger),
        "full_name": name,
        "lead_source": blanked(lead_source(people, person, rng), stranger | chance(rng, 0.3, count)),
        "created_at": times(parties.created, horizon),
    }
    columns = {name: column.take(pa.array(row)) for name, column in columns.items()}
    columns |= {
        "is_deleted": flags(changed & (deleted_at[row] < horizon)),
        "merged_into_crm_contact_id": ids(
            "P",
            world.chunk * ID_SPACE + parties.merged_into[row],
            changed & (parties.merged_at[row] < horizon),
        ),
    }
    instant = np.where(changed, changed_at[row], parties.created[row])
    return Rows("crm_contact", columns, np.clip(instant, world.clock.start, horizon - 1))


def role_rows(world: World, rng: Random) -> Rows:
    """`crm_opportunity_contact`: one row per deal and contact with a role in it."""
    parties, deals = world.parties, world.deals
    base = world.chunk * ID_SPACE
    columns = {
        "opportunity_id": ids("O", base + parties.role_deal),
        "crm_contact_id": ids("P", base + parties.role_contact),
        "role": blanked(text(CONTACT_ROLES, parties.role), chance(rng, 0.1, len(parties.role))),
        "is_primary": flags(parties.role_is_primary),
    }
    return Rows(
        "crm_opportunity_contact",
        columns,
        recorded(rng, world.clock, deals.created[parties.role_deal], late=0.01),
    )
