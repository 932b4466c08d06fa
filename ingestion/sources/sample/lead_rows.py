"""The rows of `crm_lead`, a version for every change, and of `crm_lead_history`.

Writing what `lead_story` tells belongs here; nothing is decided here but blemishes of the text.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.sources.sample import channels
from ingestion.sources.sample.company import (
    COUNTRIES,
    CURRENCIES,
    HANDOFF_FIELDS,
    INDUSTRIES,
    JOB_TITLES,
    LEAD_STATUSES,
    NEW,
)
from ingestion.sources.sample.deals import BY_LEAD, UNLINKED
from ingestion.sources.sample.draws import NEVER, Random, chance
from ingestion.sources.sample.lateness import recorded
from ingestion.sources.sample.lead_story import Story, key
from ingestion.sources.sample.people import People
from ingestion.sources.sample.render import (
    ID_SPACE,
    Rows,
    blanked,
    flags,
    ids,
    local_times,
    money,
    text,
    times,
    words,
)
from ingestion.sources.sample.team import user_ids
from ingestion.sources.sample.world import World


def lead_rows(world: World, story: Story, rng: Random) -> Rows:
    """`crm_lead`: one row per lead and change; equal keys, rising updated_at."""
    leads, people, horizon = world.leads, world.people, world.clock.horizon
    lead, updated = _versions(world, story)
    person, base = leads.person[lead], world.chunk * ID_SPACE
    main = ~leads.is_double
    converted = story.converted_at[lead] <= updated
    deal = np.where(converted, story.converted_deal[lead], -1)
    merged = leads.merged_at[lead] <= updated
    named = world.ties.lead_names_contact[person] & main[lead]
    contact = world.contacts.of_person[person]
    usd = chance(rng, 0.28, len(leads.person))[lead]
    attributes = _attributes(world, rng)
    columns = {name: column.take(pa.array(lead)) for name, column in attributes.items()}
    created = times(leads.created, horizon)
    abroad = chance(rng, 0.02, len(leads.person))
    # Some arrive through a partner's portal, which writes local time and its offset.
    offset = world.clock.local_offset(leads.created, people.zone[leads.person])
    created = pc.if_else(pa.array(abroad), local_times(leads.created, offset), created)
    columns |= {
        "lead_id": ids("L", base + lead),
        "potential_value": money(
            _potential_cents(world)[person],
            (rng.random(len(leads.person)) < 0.78)[lead] & (people.company[person] >= 0),
        ),
        "currency": blanked(
            text(list(CURRENCIES), people.currency[person]),
            usd & (people.currency[person] == list(CURRENCIES).index("USD")),
        ),
        "status": text(LEAD_STATUSES, story.status.at(lead, updated, NEW)),
        "owner_user_id": _owner(story, lead, updated),
        "created_at": created.take(pa.array(lead)),
        "updated_at": times(updated, horizon),
        "marketing_contact_id": ids("C", base + contact, named & (contact >= 0)),
        "converted_at": times(np.where(converted, story.converted_at[lead], NEVER), horizon),
        "converted_contact_id": _converted_contact(world, person, converted),
        "converted_account_id": _converted_account(world, person, deal),
        "converted_opportunity_id": ids("O", base + deal, _tie(world, deal) == BY_LEAD),
        "is_deleted": flags(leads.deleted_at[lead] <= updated),
        "merged_into_lead_id": ids("L", base + leads.merged_into[lead], merged),
        "routing_queue": text(["inbound", "partner-portal"], abroad.astype(np.int64)[lead]),
    }
    for position, (field, answers) in enumerate(HANDOFF_FIELDS.items()):
        given = np.where(story.filled[lead, position] <= updated, (lead + position) % len(answers), -1)
        columns[field] = text(answers, given)
    return Rows("crm_lead", columns, recorded(rng, world.clock, updated, late=0.004))


def history_rows(world: World, story: Story, rng: Random) -> Rows:
    """`crm_lead_history`: one row per noted change of status, owner or a field filled late."""
    late = np.argwhere(story.filled_late & (story.filled < NEVER))
    lead = np.concatenate([story.status.lead, story.owner.lead, late[:, 0]])
    instant = np.concatenate(
        [story.status.instant, story.owner.instant, story.filled[late[:, 0], late[:, 1]]]
    )
    fields = list(HANDOFF_FIELDS)
    field = np.concatenate(
        [np.zeros(len(story.status.lead)), np.ones(len(story.owner.lead)), 2 + late[:, 1]]
    ).astype(np.int64)
    before = np.where(story.owner.before >= 0, story.owner.before, story.first_owner[story.owner.lead])
    answers = [answer for given in HANDOFF_FIELDS.values() for answer in given]
    starts = np.cumsum([0] + [len(given) for given in HANDOFF_FIELDS.values()])[:-1]
    sizes = np.array([len(given) for given in HANDOFF_FIELDS.values()])
    answer = starts[late[:, 1]] + (late[:, 0] + late[:, 1]) % sizes[late[:, 1]]
    statuses = text(LEAD_STATUSES, story.status.value)
    # A word typed by hand now and then; compared trimmed and without case, it is the same word.
    statuses = pc.if_else(
        pa.array(chance(rng, 0.01, len(statuses))),
        pc.binary_join_element_wise(" ", pc.utf8_upper(statuses), ""),
        statuses,
    )
    known = ((instant < world.clock.horizon) & story.has_history[lead]).nonzero()[0]
    columns = {
        "history_id": ids("H", world.chunk * ID_SPACE + np.arange(len(lead))),
        "lead_id": ids("L", world.chunk * ID_SPACE + lead),
        "field": text(["status", "owner_user_id", *fields], field),
        "old_value": pa.concat_arrays(
            [
                text(LEAD_STATUSES, np.maximum(story.status.before, NEW)),
                user_ids(before, before >= 0),
                pa.nulls(len(late), pa.string()),
            ]
        ),
        "new_value": pa.concat_arrays([statuses, user_ids(story.owner.value), text(answers, answer)]),
        "changed_at": times(instant, world.clock.horizon),
        "changed_by_user_id": user_ids(
            story.owner.at(lead, instant, -1), story.owner.at(lead, instant, -1) >= 0
        ),
    }
    when = recorded(rng, world.clock, instant, late=0.01)
    return Rows(
        "crm_lead_history", {name: each.take(pa.array(known)) for name, each in columns.items()}, when[known]
    )


def _versions(world: World, story: Story) -> tuple[np.ndarray, np.ndarray]:
    """Leads and the instants at which a row of theirs was written: when created, and at every change since."""
    leads = world.leads
    every = np.arange(len(leads.person))
    lead = np.concatenate(
        [every, story.status.lead, story.owner.lead, every, every, every, *[every] * story.filled.shape[1]]
    )
    instant = np.concatenate(
        [
            leads.created,
            story.status.instant,
            story.owner.instant,
            story.converted_at,
            leads.merged_at,
            leads.deleted_at,
            *story.filled.T,
        ]
    )
    instant = np.maximum(instant, leads.created[lead])
    known = instant < world.clock.horizon
    versions = np.unique(key(lead[known], instant[known]))
    return versions >> 32, versions & ((1 << 32) - 1)


def _attributes(world: World, rng: Random) -> dict[str, pa.Array]:
    """What does not change over a lead's versions, per lead."""
    leads, people = world.leads, world.people
    person = leads.person
    count = len(person)
    company = people.company[person]
    email = people.email.take(pa.array(person))
    shouted = pc.binary_join_element_wise(" ", pc.utf8_upper(email), " ", "")
    email = pc.if_else(pa.array(chance(rng, 0.02, count)), shouted, email)
    email = pc.if_else(
        pa.array(leads.misspelt), pc.utf8_slice_codeunits(pc.utf8_trim_whitespace(email), 1), email
    )
    return {
        "email": email,
        "phone": people.phone.take(pa.array(person)),
        "full_name": people.full_name.take(pa.array(person)),
        "company_name": blanked(text(people.companies.name, company), chance(rng, 0.03, count)),
        "job_title": blanked(text(list(JOB_TITLES), people.title[person]), chance(rng, 0.12, count)),
        "country": blanked(
            text([each.name for each in COUNTRIES], people.country[person]), chance(rng, 0.05, count)
        ),
        "industry": blanked(_industry(people, company), chance(rng, 0.10, count)),
        "employee_count": blanked(_employees(people, company), chance(rng, 0.15, count)),
        "lead_source": blanked(lead_source(people, person, rng), chance(rng, 0.06, count)),
    }


def _industry(people: People, company: np.ndarray) -> pa.Array:
    return text(list(INDUSTRIES), np.where(company >= 0, people.companies.industry[company], -1))


def _employees(people: People, company: np.ndarray) -> pa.Array:
    return words(people.companies.employees[company], company >= 0)


def lead_source(people: People, person: np.ndarray, rng: Random) -> pa.Array:
    pools = [
        pool for channel in channels.CHANNELS for pool in (channel.lead_sources, channel.chinese_sources)
    ]
    sizes = np.array([len(pool) for pool in pools])
    pool = people.channel[person] * 2 + people.is_chinese[person]
    chosen = (np.cumsum(sizes) - sizes)[pool] + (rng.random(len(person)) * sizes[pool]).astype(np.int64)
    return text([word for pool in pools for word in pool], chosen)


def _potential_cents(world: World) -> np.ndarray:
    rate = np.array(list(CURRENCIES.values()))[world.people.currency]
    return (np.round(world.value / rate, -2) * 100).astype(np.int64)


def _owner(story: Story, lead: np.ndarray, updated: np.ndarray) -> pa.Array:
    owner = story.owner.at(lead, updated, story.first_owner[lead])
    return user_ids(owner, owner >= 0)


def _converted_contact(world: World, person: np.ndarray, converted: np.ndarray) -> pa.Array:
    contact = world.parties.of_person[person]
    return ids("P", world.chunk * ID_SPACE + contact, converted & (contact >= 0))


def _converted_account(world: World, person: np.ndarray, deal: np.ndarray) -> pa.Array:
    company = world.people.company[person]
    present = (deal >= 0) & (company >= 0) & (_tie(world, deal) != UNLINKED)
    return ids("A", world.chunk * ID_SPACE + company, present)


def _tie(world: World, deal: np.ndarray) -> np.ndarray:
    """How each deal is tied to people, -1 where there is none; a small world may hold no deal at all."""
    tie = np.full(len(deal), -1)
    tie[deal >= 0] = world.deals.tie[deal[deal >= 0]]
    return tie
