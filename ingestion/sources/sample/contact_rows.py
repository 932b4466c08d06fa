"""The rows of `marketing_contact`, a version for every change.

Marketing's view of the people only; what sales knows of them is written in `lead_rows` and `party_rows`.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.sources.sample.company import COUNTRIES, INDUSTRIES, JOB_TITLES
from ingestion.sources.sample.draws import HOUR, NEVER, Random, chance, waits
from ingestion.sources.sample.lateness import recorded
from ingestion.sources.sample.lead_story import key
from ingestion.sources.sample.render import ID_SPACE, Rows, blanked, flags, ids, text, times, words
from ingestion.sources.sample.world import World


def contact_rows(world: World, rng: Random) -> Rows:
    """`marketing_contact`: one row per contact and change; equal keys, rising updated_at."""
    contacts, people, horizon = world.contacts, world.people, world.clock.horizon
    count = len(contacts.person)
    enriched_at = np.where(
        chance(rng, 0.3, count), contacts.created + waits(rng, 6, 1.0, count) + HOUR, NEVER
    )
    tied_at = _tied_at(world)
    contact, updated = _versions(world, enriched_at, tied_at)
    person = contacts.person[contact]
    company = people.company[person]
    known = enriched_at[contact] <= updated
    # What the form did not ask, a data provider fills in later.
    sparse = (rng.random(count) < 0.45)[contact] & ~known
    lead = world.leads.of_person[person]
    email = people.email.take(pa.array(person))
    email = pc.if_else(pa.array((rng.random(count) < 0.02)[contact]), pc.utf8_title(email), email)
    email = pc.if_else(pa.array(contacts.misspelt[contact]), pc.utf8_slice_codeunits(email, 1), email)
    columns = {
        "contact_id": ids("C", world.chunk * ID_SPACE + contact),
        "email": email,
        "phone": blanked(people.phone.take(pa.array(person)), sparse & (people.mail_kind[person] == 0)),
        "full_name": people.full_name.take(pa.array(person)),
        "company_name": text(people.companies.name, company),
        "job_title": blanked(text(list(JOB_TITLES), people.title[person]), sparse),
        "country": text([each.name for each in COUNTRIES], people.country[person]),
        "industry": text(
            list(INDUSTRIES), np.where((company >= 0) & ~sparse, people.companies.industry[company], -1)
        ),
        "employee_count": words(people.companies.employees[company], (company >= 0) & ~sparse),
        "created_at": times(contacts.created, horizon).take(pa.array(contact)),
        "updated_at": times(updated, horizon),
        "is_deleted": flags(contacts.deleted_at[contact] <= updated),
        "merged_into_contact_id": ids(
            "C",
            world.chunk * ID_SPACE + contacts.merged_into[contact],
            contacts.merged_at[contact] <= updated,
        ),
        "crm_lead_id": ids("L", world.chunk * ID_SPACE + lead, tied_at[contact] <= updated),
    }
    return Rows("marketing_contact", columns, recorded(rng, world.clock, updated, late=0.004))


def _tied_at(world: World) -> np.ndarray:
    """When a contact learnt its lead's id, NEVER if not."""
    person = world.contacts.person
    lead = world.leads.of_person[person]
    tied = world.ties.contact_names_lead[person] & ~world.contacts.is_double
    tied_at = np.full(len(person), NEVER)
    tied_at[tied] = np.maximum(world.leads.created[lead[tied]], world.contacts.created[tied])
    return tied_at


def _versions(world: World, *changes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    contacts = world.contacts
    instants = [contacts.created, contacts.merged_at, contacts.deleted_at, *changes]
    contact = np.tile(np.arange(len(contacts.person)), len(instants))
    instant = np.concatenate(instants)
    happened = (instant < world.clock.horizon) & (contacts.created[contact] < world.clock.horizon)
    versions = np.unique(key(contact[happened], instant[happened]))
    return versions >> 32, versions & ((1 << 32) - 1)
