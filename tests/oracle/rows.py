"""Rows of one world, thrown column by column; columns that no definition here reads stay empty.

Versions, loads and how many rows there are stand in `worlds`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.oracle import agreements, promises
from tests.oracle.dice import Dice

STATUSES = (*(stage.upper() for stage in agreements.STAGES), "contacted", "won", "on hold", " Mql ", None)
AMOUNTS = (
    None,
    *map(
        Decimal,
        (
            *("0", "100", "1000", "250.5", "999.995", "1.005", "-1.005", "-100.01", "0.05"),
            *("123456789.9999", "370000000.02", "-25925939.0688", "-1000"),
        ),
    ),
)
ABOUT = {
    "country": agreements.COUNTRIES,
    "industry": agreements.INDUSTRIES,
    "employee_count": (0, 5, 10, 200, 201),
}

NO_DAYS = (date(1900, 1, 1), date(9999, 12, 31))
"""Dates that systems write for none."""


def _attributes(dice: Dice) -> dict:
    return {
        "full_name": dice.some(("Ann", "Bo")),
        "company_name": dice.some(("Acme", "Bolt")),
        "job_title": dice.some(agreements.TITLES),
        **{name: dice.some(values) for name, values in ABOUT.items()},
        "email": dice.email(),
        "phone": dice.phone(),
        "created_at": dice.at(),
        "updated_at": dice.at(missing=0.4),
        "is_deleted": dice.yes(dice.deleted),
    }


def lead(dice: Dice, key: str) -> dict:
    merged = dice.key("l", 1 - dice.merged)
    return _attributes(dice) | {
        "lead_id": key,
        "merged_into_lead_id": merged,
        "potential_value": dice.some(AMOUNTS),
        "currency": dice.some(("USD", "eur", "jpy", "chf", " ")),
        "lead_source": dice.some(agreements.LEAD_SOURCES),
        "status": dice.random.choice(STATUSES),
        "owner_user_id": dice.key("u"),
        "marketing_contact_id": dice.key("c", dice.pointed),
        "converted_at": dice.at(missing=0.7),
        "converted_contact_id": dice.key("k", dice.pointed),
        "converted_account_id": dice.key("a", 0.7),
        "converted_opportunity_id": dice.key("o", 0.7),
    }


def contact(dice: Dice, key: str) -> dict:
    merged = dice.key("c", 1 - dice.merged)
    return _attributes(dice) | {
        "contact_id": key,
        "merged_into_contact_id": merged,
        "crm_lead_id": dice.key("l", 0.6),
    }


def crm_contact(dice: Dice, key: str) -> dict:
    return {
        "crm_contact_id": key,
        "account_id": dice.key("a"),
        "email": dice.email(),
        "phone": dice.phone(),
        "lead_source": dice.some(agreements.LEAD_SOURCES),
        "created_at": dice.at(missing=0.2),
        "is_deleted": dice.yes(dice.deleted),
        "merged_into_crm_contact_id": dice.key("k", 1 - dice.merged),
    }


def account(dice: Dice, key: str) -> dict:
    domains = (f"{dice.label}.example", f" {dice.label.upper()}.Example", f"other-{dice.label}.example")
    return {
        "account_id": key,
        "name": dice.some(("Acme", " Bolt")),
        "domain": dice.some((*domains, "free.example")),
        **{name: dice.some(values) for name, values in ABOUT.items()},
        "owner_user_id": dice.key("u"),
        "created_at": dice.at(missing=0.5),
        "is_deleted": dice.yes(dice.deleted),
    }


def opportunity(dice: Dice, key: str) -> dict:
    closes, starts, ends = dice.at(missing=0.3), dice.at(missing=0.6), dice.at(missing=0.5)
    return {
        "opportunity_id": key,
        "lead_id": dice.key("l", dice.pointed),
        "account_id": dice.key("a", 0.2),
        "primary_crm_contact_id": dice.key("k", dice.pointed),
        "owner_user_id": dice.key("u"),
        "amount": dice.some(AMOUNTS, 0.1),
        "currency": dice.some(("USD", "EUR", " gbp", "JPY", "cny", "CHF", "")),
        "stage": dice.some(("closed won", "Closed Lost ", "demo", "odd"), 0.1),
        "opportunity_type": dice.some(("new_business", "renewal", "expansion", "Renewal "), 0.3),
        "created_at": dice.at(),
        "close_date": dice.some(NO_DAYS, 0.95) or (closes.date() if closes else None),
        "closed_at": dice.at(missing=0.5),
        "is_closed": dice.random.choice((None, True, True, False)),
        "is_won": dice.random.choice((None, True, True, False)),
        "loss_reason": dice.some(("price",)),
        "contract_start_date": starts.date() if starts else None,
        "contract_end_date": dice.some(NO_DAYS, 0.9) or (ends.date() if ends else None),
        "is_deleted": dice.yes(dice.deleted),
    }


def touch(dice: Dice, key: str) -> dict:
    return {
        "touch_id": key,
        "contact_id": dice.key("c"),
        "anonymous_id": dice.key("n"),
        "email": dice.email(),
        "occurred_at": dice.at(),
        "touch_type": dice.random.choice((*agreements.TOUCH_TYPES, " Form")),
        "utm_source": dice.some(agreements.UTM_SOURCES),
        "utm_medium": dice.some(agreements.UTM_MEDIUMS),
        "click_id": dice.some(("cx", "gclid", "Gclid=x:1", "fb:a=b")),
        "referrer_url": dice.some(agreements.REFERRERS),
        "campaign_id": dice.key("g"),
        "channel": dice.some((" Event ", "partner", "Unknown"), 0.8),
    }


def change(dice: Dice, key: str) -> dict:
    return {
        "history_id": key,
        "lead_id": dice.key("l", 0),
        "field": dice.random.choice(("status", " Status ")),
        "new_value": dice.random.choice((*STATUSES, *["mql"] * 9)),
        "changed_at": dice.at(),
    }


def field_change(dice: Dice, key: str) -> dict:
    field, throw = dice.random.choice(
        (
            ("owner_user_id", lambda: dice.key("u", 0.3)),
            ("Owner_User_Id ", lambda: dice.key("u", 0.1)),
            ("email", dice.email),
            ("phone", dice.phone),
            ("company_name", lambda: dice.some(("Acme", " "))),
            ("budget", lambda: dice.some(("100",))),
        )
    )
    return {
        "history_id": key,
        "lead_id": dice.key("l", 0),
        "field": field,
        "old_value": throw(),
        "new_value": throw(),
        "changed_at": dice.at(),
    }


def activity(dice: Dice, key: str) -> dict:
    return {
        "activity_id": key,
        "lead_id": dice.key("l", 0.6),
        "crm_contact_id": dice.key("k", 0.6),
        "opportunity_id": dice.key("o"),
        "user_id": dice.key("u"),
        "activity_type": dice.random.choice(("call", "Email", "meeting", "message", "task")),
        "direction": dice.some(("outbound", "Outbound ", "outbound", "inbound"), 0.1),
        "is_automated": dice.yes(0.2),
        "outcome": dice.some(("connected", "Replied", "held", "no_answer", "bounced", "no_show"), 0.5),
        "occurred_at": dice.at(),
        "is_deleted": dice.yes(0.1),
    }


def user(dice: Dice, key: str) -> dict:
    calendar = dice.some((*promises.CALENDARS, "EAST", "nowhere"))
    return {
        "user_id": key,
        "full_name": key,
        "team": dice.some(("north", "south")),
        "role": dice.some(("rep", "Manager")),
        "calendar_id": calendar,
        "is_active": dice.yes(0.8),
        "manager_user_id": dice.key("u"),
    }


def campaign(dice: Dice, key: str) -> dict:
    return {
        "campaign_id": key,
        "name": key,
        "channel": dice.some((" Display", "webinar", "TV"), 0.6),
        "start_date": dice.at().date(),
        "budget": dice.some(AMOUNTS),
        "currency": dice.some(("USD", " eur", " ")),
    }


def role(dice: Dice, key: str) -> dict:
    return {
        "opportunity_id": dice.key("o", 0),
        "crm_contact_id": dice.key("k", 0),
        "is_primary": dice.yes(0.3),
    }


def stage_change(dice: Dice, key: str) -> dict:
    return {"history_id": key, "opportunity_id": dice.key("o", 0), "changed_at": dice.at()}


def spend(dice: Dice, key: str) -> dict:
    return {
        "spend_date": dice.at().date(),
        "platform": dice.random.choice(("ads", "Ads", "social")),
        "campaign_id": dice.key("g", 0),
        "channel": dice.some((" Paid_Social ", "display", "unknown"), 0.6),
        "spend": dice.random.choice(AMOUNTS[1:]),
        "currency": dice.some(("USD", "EUR", " gbp", "JPY", "cny", "CHF", "")),
        "impressions": dice.some((0, 1000)),
        "clicks": dice.some((0, 7)),
    }


def visits(dice: Dice, key: str) -> dict:
    """The first part of utm_campaign keeps worlds apart: visits point at no record."""
    return {
        "visit_date": dice.at().date(),
        "utm_source": dice.some(agreements.UTM_SOURCES),
        "utm_medium": dice.some(agreements.UTM_MEDIUMS),
        "utm_campaign": f"{dice.label} {dice.random.choice('ab')}",
        "channel": dice.some((" Event ", "unknown"), 0.8),
        "visits": dice.random.choice((1, 3, 20)),
    }
