"""Who the people of a chunk are: where from, at which company, how they are reached, and how they came.

People and companies as arrays belong here; what happens to them afterwards does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.sources.sample import channels, names
from ingestion.sources.sample.clock import Clock
from ingestion.sources.sample.company import (
    COUNTRIES,
    CURRENCIES,
    GOOD_INDUSTRIES,
    INDUSTRIES,
    JOB_TITLES,
    JUNIOR_WORDS,
    REGIONS,
    SENIOR_WORDS,
    ZONES,
    positions,
)
from ingestion.sources.sample.draws import HOUR, MINUTE, Random, chance, fades, pick, pick_by, waits
from ingestion.sources.sample.render import text, words

LINKED, BY_MAIL, LEAD_ONLY, CONTACT_ONLY = range(4)
"""Which records a person has, and how marketing's and sales' are tied: by id, by e-mail, or one of them only."""
OWN_MAIL, SHARED_MAIL, NO_MAIL = range(3)


@dataclass(frozen=True)
class Companies:
    """Companies by position; `number` is unique in the whole sample."""

    number: np.ndarray
    industry: np.ndarray
    employees: np.ndarray
    country: np.ndarray
    name: pa.Array
    domain: pa.Array


@dataclass(frozen=True)
class People:
    """People by position; instants in seconds. `fit` counts what makes a good customer, 0 to 3; `company` is -1 for
    private people."""

    number: np.ndarray
    country: np.ndarray
    channel: np.ndarray
    first_seen: np.ndarray
    known_at: np.ndarray
    company: np.ndarray
    title: np.ndarray
    fit: np.ndarray
    form: np.ndarray
    mail_kind: np.ndarray
    full_name: pa.Array
    email: pa.Array
    phone: pa.Array
    companies: Companies

    @property
    def region(self) -> np.ndarray:
        return np.array([REGIONS.index(country.region) for country in COUNTRIES])[self.country]

    @property
    def zone(self) -> np.ndarray:
        return np.array([ZONES.index(country.zone) for country in COUNTRIES])[self.country]

    @property
    def is_chinese(self) -> np.ndarray:
        return np.array([country.name == "China" for country in COUNTRIES])[self.country]

    @property
    def currency(self) -> np.ndarray:
        return np.array([list(CURRENCIES).index(country.currency) for country in COUNTRIES])[self.country]

    @property
    def has_lead(self) -> np.ndarray:
        return self.form != CONTACT_ONLY

    @property
    def has_contact(self) -> np.ndarray:
        return self.form != LEAD_ONLY


def populate(rng: Random, clock: Clock, numbers: range) -> People:
    """A person for each of `numbers`."""
    chunk_first, count = numbers.start, len(numbers)
    country = pick(rng, np.array([each.share for each in COUNTRIES]), count)
    zone = np.array([ZONES.index(each.zone) for each in COUNTRIES])[country]
    known_at = clock.arrivals(rng, zone)
    channel = _channels(rng, clock, known_at)
    same_session = chance(rng, 0.45, count)
    browsing = np.where(
        same_session, fades(rng, 12 / 1440, count) + 3 * MINUTE, waits(rng, 5, 1.1, count) + HOUR
    )
    companies = _companies(rng, chunk_first, max(1, round(count * 0.45)))
    company = np.where(
        chance(rng, 0.84, count), (len(companies.number) * rng.random(count) ** 1.5).astype(np.int64), -1
    )
    country = np.where((company >= 0) & chance(rng, 0.85, count), companies.country[company], country)
    title = pick(rng, np.array(list(JOB_TITLES.values())), count)
    mail_kind = pick(rng, np.array([0.962, 0.014, 0.024]), count)
    mail_kind = np.where((mail_kind == SHARED_MAIL) & (company < 0), OWN_MAIL, mail_kind)
    form = _forms(rng, channel, mail_kind)
    full_name, mail_name = _names(rng, country)
    return People(
        number=chunk_first + np.arange(count),
        country=country,
        channel=channel,
        first_seen=known_at - browsing,
        known_at=known_at,
        company=company,
        title=title,
        fit=_fit(companies, company, title),
        form=form,
        mail_kind=mail_kind,
        full_name=full_name,
        email=_emails(rng, chunk_first, country, company, companies, mail_kind, mail_name),
        phone=_phones(rng, chunk_first, country, company, mail_kind),
        companies=companies,
    )


def _channels(rng: Random, clock: Clock, known_at: np.ndarray) -> np.ndarray:
    months = np.linspace(0, 1, 25)[:, None]
    mix = channels.column("share_first") * (1 - months) + channels.column("share_last") * months
    return pick_by(rng, mix, np.round(clock.progress(known_at) * 24).astype(np.int64))


def _companies(rng: Random, chunk_first: int, count: int) -> Companies:
    number = chunk_first + np.arange(count)
    first, second = names.COMPANY_FIRST, names.COMPANY_SECOND
    name = pc.binary_join_element_wise(
        text(first, rng.integers(0, len(first), count)),
        text(second, rng.integers(0, len(second), count)),
        " ",
    )
    domain = pc.binary_join_element_wise(
        pc.utf8_lower(pc.replace_substring(name, " ", "")), words(100 + number), ".example", ""
    )
    return Companies(
        number=number,
        industry=pick(rng, np.array(list(INDUSTRIES.values())), count),
        employees=np.clip(np.exp(rng.normal(np.log(140), 1.5, count)), 1, 200_000).astype(np.int64),
        country=pick(rng, np.array([each.share for each in COUNTRIES]), count),
        name=name,
        domain=domain,
    )


def _fit(companies: Companies, company: np.ndarray, title: np.ndarray) -> np.ndarray:
    known = company >= 0
    industry = known & positions(INDUSTRIES, GOOD_INDUSTRIES)[companies.industry[company]]
    employees = companies.employees[company]
    size = known & (employees >= 50) & (employees <= 5_000)
    senior = positions(JOB_TITLES, SENIOR_WORDS)[title]
    junior = positions(JOB_TITLES, JUNIOR_WORDS)[title]
    return np.where(junior, 0, industry.astype(np.int64) + size + senior)


def _forms(rng: Random, channel: np.ndarray, mail_kind: np.ndarray) -> np.ndarray:
    outbound = np.isin(channel, [channels.INDEX["other"], channels.INDEX["partner"]])
    usual = pick(rng, np.array([0.68, 0.20, 0.04, 0.08]), len(channel))
    sold_to = pick(rng, np.array([0.30, 0.10, 0.60, 0.0]), len(channel))
    form = np.where(outbound, sold_to, usual)
    form = np.where((mail_kind == SHARED_MAIL) & (form == BY_MAIL), LINKED, form)
    return np.where((mail_kind == NO_MAIL) & (form != BY_MAIL), LEAD_ONLY, form)


def _names(rng: Random, country: np.ndarray) -> tuple[pa.Array, pa.Array]:
    """Full names as written, and the part of an address before the @."""
    cultures = list(names.GIVEN_NAMES)
    culture = np.array([cultures.index(each.names) for each in COUNTRIES])[country]
    pools = [(names.GIVEN_NAMES[name], names.FAMILY_NAMES[name]) for name in cultures]
    written, latin, starts, sizes = [], [], [], []
    for name, (given, family) in zip(cultures, pools, strict=True):
        starts.append(len(written))
        sizes.append(len(given) * len(family))
        pairs = [(first, last) for first in given for last in family]
        written += [b[0] + a[0] if name in names.FAMILY_FIRST else f"{a[0]} {b[0]}" for a, b in pairs]
        latin += [f"{a[1]}.{b[1]}".replace("'", "") for a, b in pairs]
    chosen = np.array(starts)[culture] + (rng.random(len(country)) * np.array(sizes)[culture]).astype(
        np.int64
    )
    return text(written, chosen), text(latin, chosen)


def _emails(rng, first, country, company, companies, mail_kind, mail_name) -> pa.Array:
    count = len(company)
    free = [domain for country in COUNTRIES for domain in names.FREE_MAIL[country.names]]
    sizes = np.array([len(names.FREE_MAIL[country.names]) for country in COUNTRIES])
    free_choice = (np.cumsum(sizes) - sizes)[country] + rng.integers(0, sizes[country])
    at_work = (company >= 0) & chance(rng, 0.93, count)
    domain = pc.if_else(pa.array(at_work), text(companies.domain, company), text(free, free_choice))
    # The number keeps namesakes apart: two people with one address would be one person.
    local = pc.binary_join_element_wise(mail_name, words(first + np.arange(count)), ".")
    shared = np.array(["info", "sales", "contact", "office"])[rng.integers(0, 4, count)]
    local = pc.if_else(pa.array(mail_kind == SHARED_MAIL), pa.array(shared), local)
    domain = pc.if_else(pa.array(mail_kind == SHARED_MAIL), text(companies.domain, company), domain)
    address = pc.binary_join_element_wise(local, domain, "@")
    return pc.if_else(pa.array(mail_kind == NO_MAIL), None, address)


def _phones(rng, first, country, company, mail_kind) -> pa.Array:
    count = len(company)
    code = text([each.calling_code for each in COUNTRIES], country)
    # A switchboard: one number for everybody of a company who gives no address of their own.
    switchboard = (mail_kind == NO_MAIL) & (company >= 0) & chance(rng, 0.15, count)
    line = words(np.where(switchboard, 10_000_000 + first + company, 20_000_000 + first + np.arange(count)))
    area = words(200 + np.arange(count) % 700)
    area = pc.if_else(pa.array(switchboard), "555", area)
    head, tail = pc.utf8_slice_codeunits(line, 0, 4), pc.utf8_slice_codeunits(line, 4)
    spaced = pc.binary_join_element_wise(pc.binary_join_element_wise("+", code, ""), area, head, tail, " ")
    dialled = pc.binary_join_element_wise("00", code, area, line, "")
    american = pc.binary_join_element_wise("+", code, " (", area, ") ", head, "-", tail, "")
    plain = pc.binary_join_element_wise("+", code, area, line, "")
    style = pick(rng, np.array([0.55, 0.2, 0.1, 0.15]), count)
    phone = pc.choose(pa.array(style, pa.int64()), plain, spaced, dialled, american)
    missing = (mail_kind != NO_MAIL) & chance(rng, 0.4, count)
    return pc.if_else(pa.array(missing), None, phone)
