"""Random promises: policies of every commitment, the calendars they are kept by, and which calendar is the default.

They pass the agreement's own checks. Calendars' hours are thrown in `calendar_worlds`; other seeds in `agreements`.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tests.oracle.calendar_worlds import PLACES, calendar_seeds

CALENDARS = ("east", "West", "night")
TARGETS = ("1", "29.5", "240", "600", "1440", "4000", "4000", "9000", "20000")
WINDOWS = ("0.5", "1", "2.25", "4", "15")
FIELDS = (
    "email|phone",
    "company_name",
    "industry|email|budget",
    " Phone | employee_count",
    "owner_user_id|Currency",
)
BLANK = (
    "country",
    "industry",
    "min_employee_count",
    "max_employee_count",
    "min_potential_value",
    "clock_start",
    "target_minutes",
    "min_attempts",
    "window_days",
    "required_fields",
    "at_risk_fraction",
    "calendar_id",
    "valid_from",
    "valid_until",
)
SEEDS = ("sla_policies", "business_calendars", "business_hours", "calendar_exceptions")


def promises(number: int, zone: str, odd_day: date) -> tuple[dict[str, list[dict]], dict]:
    """The seeds and the variables of a run."""
    random = Random(f"promised {number}")
    seeds: dict[str, list[dict]] = {name: [] for name in SEEDS}
    names = list(CALENDARS[: random.choice((1, 2, 3, 3))])
    if random.random() < 0.1:
        names = []
    for name in names:
        where = random.choice((zone, zone, random.choice(PLACES)[0]))
        for seed, rows in calendar_seeds(random, name, where, odd_day).items():
            seeds[seed] += rows
    for name in names:
        if random.random() < 0.85:
            seeds["business_hours"] += _always(random, name, seeds["business_hours"])
    if random.random() > 0.1:
        for commitment in ("first_response", "acceptance", "attempts", "handoff"):
            seeds["sla_policies"] += _policies(random, commitment, names, odd_day)
    spelt = [*names, *map(str.upper, names)]
    default = random.choice((None, *spelt))
    return seeds, {"default_calendar_id": default, "goal_calendar_id": random.choice((None, None, *spelt))}


def _always(random: Random, name: str, hours: list[dict]) -> list[dict]:
    """Hours on all weekdays and dates for a calendar, so that some clocks are measured everywhere."""
    mine = {(row["weekday"], row["open"], row["close"]) for row in hours if row["calendar_id"] == name}
    opens, closes = random.choice((("06:00", "23:00"), ("07:30", "19:00")))
    return [
        {
            "calendar_id": name.upper(),
            "weekday": weekday,
            "open": opens,
            "close": closes,
            "valid_from": None,
            "valid_until": None,
        }
        for weekday in "1234567"
        if (weekday, opens, closes) not in mine
    ]


def _policies(random: Random, commitment: str, names: list[str], odd_day: date) -> list[dict]:
    """One policy for all, in force from a day on or replaced on one, and now and then some for a few."""
    turn = odd_day - timedelta(days=random.randint(0, 12))
    day = timedelta(days=1)
    spans = random.choice(([(None, None)], [(None, turn), (turn + day, None)], [(turn, None)]))
    rows = [
        _terms(random, f"{commitment} all", commitment, names)
        | {"priority": random.choice((50, 90)), "valid_from": begins, "valid_until": ends}
        for begins, ends in spans
    ]
    conditions = (
        {"country": " de|BR "},
        {"industry": "SOFTWARE"},
        {"min_employee_count": 10, "max_employee_count": 200},
        {"min_potential_value": Decimal("250.5")},
        {"country": "US", "max_employee_count": 200},
    )
    for place, condition in enumerate(random.sample(conditions, random.randint(0, 3))):
        row = _terms(random, f"{commitment} {'bac'[place]}", commitment, names) | condition
        rows.append(row | {"priority": random.choice((10, 10, 50, 95))})
    return rows


def blank_policy(key: str, commitment: str) -> dict:
    """A policy for all that says nothing yet of what it is measured by."""
    return dict.fromkeys(BLANK) | {"sla_policy_id": key, "commitment": commitment, "priority": 100}


def _terms(random: Random, key: str, commitment: str, names: list[str]) -> dict:
    row = blank_policy(key, commitment)
    row["clock_start"] = random.choice((None, "mql_at", "assigned_at"))
    row["at_risk_fraction"] = random.choice((None, Decimal(0), Decimal("0.1"), Decimal("0.4")))
    row["calendar_id"] = random.choice((None, None, *names))
    if commitment in ("first_response", "acceptance"):
        row["target_minutes"] = Decimal(random.choice(TARGETS))
    elif commitment == "attempts":
        row["window_days"] = Decimal(random.choice(WINDOWS))
        row["min_attempts"] = random.choice((None, 1, 2, 3))
    else:
        row["required_fields"] = random.choice(FIELDS)
    return row
