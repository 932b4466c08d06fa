"""Random agreements: the seeds, vars and as_of that the worlds of one run share.

They pass the agreement's own checks. The worlds' rows do not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from ingestion.contracts import contracts
from tests.oracle.promises import promises

# A zone and a day near which its clock does something odd: gaps and repeats at and off midnight, a skipped day.
PLACES = (
    ("UTC", date(2024, 2, 29)),
    ("America/New_York", date(2024, 3, 10)),
    ("America/New_York", date(2024, 11, 3)),
    ("Asia/Shanghai", date(2025, 1, 1)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Australia/Lord_Howe", date(2024, 4, 7)),
    ("Africa/Cairo", date(2024, 4, 26)),
    ("Africa/Cairo", date(2023, 10, 27)),
    ("Asia/Kathmandu", date(2024, 7, 1)),
    ("America/Havana", date(2024, 3, 10)),
    ("Europe/Berlin", date(2024, 10, 27)),
)
BASES = (None, None, "declared", "rule", "earliest")
STAGES = ("lead", "mql", "sal", "sql", "opportunity", "customer", "recycled", "disqualified", "closed_lost")
SOURCES = ("crm", "erp")
TOUCH_TYPES = ("form", "webinar", "Email Open", "visit")
UTM_SOURCES = ("google", "Google Ads", "news_letter", "linkedin")
UTM_MEDIUMS = ("cpc", "email", "organic")
REFERRERS = (
    "https://www.google.com/search",
    "https://x.example/a_b",
    "partner.example",
    "HTTPS://forum.example#top/a",
    "forum.example?to=https://x.example/a_b",
    "ann@forum.example",
)
LEAD_SOURCES = ("Web", "trade show", " Referral ", "cold")
COUNTRIES = ("DE", "us", "BR")
INDUSTRIES = ("Software", "retail ", "Steel")
METRICS = (
    "leads",
    "mqls",
    "mql_value",
    "sqls",
    "opportunities",
    "customers",
    "won_amount",
    "retention_rate",
    "first_response_attainment",
)
TARGET_CHANNELS = ("email", "paid_search", "event", "partner", "unknown", "referral")
ATTEMPT_TYPES = ("call", "email", "meeting", "message")
TITLES = ("Chief Buyer", "vp sales", "intern")
OPTIONAL = sorted(contracts().keys() - {"crm_lead", "crm_opportunity"})
"""Tables that a company may do without."""


@dataclass(frozen=True)
class Agreement:
    """What the worlds of one run share; `odd_day` is the local day around which their rows lie.

    Nothing feeds the tables `unfed`.
    """

    number: int
    variables: dict
    seeds: dict[str, list[dict]]
    odd_day: date
    unfed: frozenset[str]


def agreement(number: int) -> Agreement:
    """The agreement of a run, always the same for a number."""
    random = Random(f"agreement {number}")
    zone, odd_day = PLACES[number % len(PLACES)]
    middle = datetime(odd_day.year, odd_day.month, odd_day.day, tzinfo=UTC).replace(tzinfo=None)
    thresholds, rules = _qualification(random, odd_day)
    versions = [row["rule_version"] for row in thresholds]
    variables = {
        "as_of": middle + timedelta(days=random.choice((3, 20)), seconds=random.choice((0, 1800, 61))),
        "reporting_timezone": zone,
        "reporting_currency": random.choice(("USD", "EUR", "usd")),
        "mql_basis": random.choice(BASES),
        "sql_basis": random.choice(BASES),
        "replay_version": random.choice((None, None, random.choice(versions).upper())),
        "account_link_days": random.choice((0, 2, 10, 180)),
        "max_phone_sharing": random.choice((1, 2, 3)),
        "default_country_code": random.choice((None, "49", "+49")),
        "attribution_lookback_days": random.choice((2, 10, 90, 3650)),
        "min_attempt_sample": random.choice((1, 1, 3)),
    }
    seeds = {
        "channel_rules": _channel_rules(random),
        "stage_mapping": _stage_mapping(random),
        "qualification_rules": rules,
        "qualification_thresholds": thresholds,
        "shared_mailboxes": [{"pattern": "info@%|sales@%"}, {"pattern": " NO_REPLY@% "}],
        "free_mail_domains": [{"domain": "free.example"}],
        "fx_rates": _rates(random, odd_day, variables["reporting_currency"]),
        "targets": _targets(random, odd_day),
        "attempt_costs": _attempt_costs(random),
    }
    if random.random() < 0.2:
        # What nobody agreed on yet is an empty seed.
        silent = random.choice([name for name in seeds if not name.startswith("qualification")])
        seeds[silent] = []
    promised, calendars = promises(number, zone, odd_day)
    unfed = OPTIONAL if number % 12 == 10 else random.sample(OPTIONAL, random.choice((0, 0, 0, 1, 2, 4)))
    return Agreement(number, variables | calendars, seeds | promised, odd_day, frozenset(unfed))


def _channel_rules(random: Random) -> list[dict]:
    rules = [
        {"click_id": "%", "channel": "paid_search"},
        {
            "utm_source": "google%|bing",
            "utm_medium": "cpc",
            "channel": "paid_search",
            "confidence": "declared",
        },
        {"utm_medium": "EMAIL | news%", "channel": "email"},
        {"utm_source": "news_letter", "channel": "content", "confidence": "inferred"},
        {"referrer": "%google.%|%bing.%", "channel": "organic_search"},
        {"referrer": "%a_b", "utm_source": "linked__", "channel": "organic_social"},
        {"utm_source": "linkedin", "click_id": "c%", "referrer": "%x.example%", "channel": "paid_social"},
        {"lead_source": "web|referral", "channel": "referral"},
        {"lead_source": "trade%", "channel": "event", "confidence": "inferred"},
        {"lead_source": "_old", "channel": "other"},
        {"channel": "direct", "confidence": random.choice((None, "declared"))},
    ]
    chosen = random.sample(rules, random.randint(4, len(rules)))
    priorities = random.sample(range(1, 100), len(chosen))
    columns = ("utm_source", "utm_medium", "referrer", "click_id", "lead_source", "channel", "confidence")
    return [
        {"priority": priority, **{column: rule.get(column) for column in columns}}
        for priority, rule in zip(priorities, chosen, strict=True)
    ]


def _stage_mapping(random: Random) -> list[dict]:
    declared = [stage for stage in STAGES if stage not in ("mql", "sql") or random.random() < 0.7]
    rows = [("*", "lead", stage.upper(), stage) for stage in declared]
    rows += [("*", "lead", "contacted", "sal"), ("ERP ", "lead", "Contacted", random.choice(declared))]
    rows += [("erp", "lead", "won", "customer"), ("*", "opportunity", "Closed Won", "customer")]
    rows += [
        ("*", "opportunity", "Closed Lost", "closed_lost"),
        ("*", "opportunity", "Demo", "opportunity"),
    ]
    rows += [("crm", "opportunity", "Demo", random.choice(("closed_lost", "customer", "recycled")))]
    columns = ("source_system", "object", "value", "stage")
    return [
        dict(zip(columns, (random.choice((None, "*")) if source == "*" else source, *rest), strict=True))
        for source, *rest in rows
    ]


def _qualification(random: Random, odd_day: date) -> tuple[list[dict], list[dict]]:
    """Versions of both stages whose validities meet on days near the odd one; thresholds, then rules."""
    turns = [odd_day - timedelta(days=random.randint(0, 9)), odd_day + timedelta(days=random.randint(1, 3))]
    turns = turns[: random.choice((0, 1, 2))]
    starts, ends = [None, *turns], [turn - timedelta(days=1) for turn in turns] + [None]
    if random.random() < 0.3:
        starts[0] = odd_day - timedelta(days=random.randint(9, 20))
    if random.random() < 0.2:
        ends[-1] = odd_day + timedelta(days=random.randint(3, 6))
    thresholds, rules = [], []
    for stage in ("mql", "sql"):
        for version, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
            named = {"stage": stage, "rule_version": f"v{version}"}
            minima = {
                name: random.choice((None, Decimal(least), Decimal(least) / 2, Decimal(least) / -4))
                for name, least in (("min_fit", 10), ("min_intent", 5), ("min_total", 15))
            }
            half_life = random.choice((None, Decimal("0.1"), Decimal("1"), Decimal("7.5")))
            thresholds.append(
                named
                | {"valid_from": start, "valid_until": end}
                | minima
                | {"intent_half_life_days": half_life}
            )
            spelt = named | {"rule_version": random.choice((f"v{version}", f" V{version}"))}
            rules += [spelt | rule for rule in _rules(random, odd_day)]
    return thresholds, rules


def _rules(random: Random, odd_day: date) -> list[dict]:
    every = [
        ("industry", "in", "software|STEEL"),
        ("industry", "not_in", "retail"),
        ("country", "in", " de | br "),
        ("country", "not_in", "us|fr"),
        ("country", "contains", "s"),
        ("employee_count", "between", "10|200"),
        ("employee_count", "in", "5|10.0"),
        ("employee_count", "not_in", "200"),
        ("potential_value", "gte", "1000"),
        ("potential_value", "lte", "250.5"),
        ("potential_value", "between", "0|999.99"),
        ("job_title", "contains", "Chief|vp"),
        ("job_title", "in", "intern"),
        ("touch_type", "in", "form|webinar"),
        ("touch_type", "contains", "open"),
        ("touch_type", "not_in", "visit"),
    ]
    rows = [_rule("touch_type", "in", "email open|form", Decimal(5), None, None)]
    for dimension, operator, value in random.sample(every, random.randint(3, 10)):
        start = random.choice((None, None, odd_day - timedelta(days=random.randint(0, 5))))
        end = random.choice((None, None, odd_day + timedelta(days=random.randint(0, 5))))
        points = random.choice((Decimal(5), Decimal(10), Decimal("2.5"), Decimal(-5)))
        rows.append(_rule(dimension, operator, value, points, start, end))
    return rows


def _rule(
    dimension: str, operator: str, value: str, points: Decimal, start: date | None, end: date | None
) -> dict:
    return {
        "valid_from": start,
        "valid_until": end,
        "dimension": dimension,
        "operator": operator,
        "value": value,
        "points": points,
    }


def _rates(random: Random, odd_day: date, reporting: str) -> list[dict]:
    """The other of USD and EUR always, GBP from a day near the odd one, CNY and JPY of many decimals, CHF never."""
    other = "EUR" if reporting.upper() == "USD" else "USD"
    turn = odd_day + timedelta(days=random.randint(-3, 3))
    rows = [
        (other, date(2000, 1, 1), Decimal("1.25")),
        (other, turn, Decimal("1.085")),
        ("JPY", date(2000, 1, 1), Decimal("0.006329113924")),
        ("CNY", date(2000, 1, 1), Decimal("0.1234567895")),
        ("GBP", odd_day - timedelta(days=random.randint(0, 3)), Decimal("1.3")),
        (reporting, odd_day, Decimal(1)),
    ]
    columns = ("currency", "valid_from", "rate_to_reporting")
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _targets(random: Random, odd_day: date) -> list[dict]:
    months = {(odd_day + timedelta(days=days)).replace(day=1) for days in (-31, 0, 31)}
    small = {"retention_rate": ("0.5", "1", "0"), "first_response_attainment": ("0.5", "0.87654321")}
    large = {"mql_value": ("1000", "0"), "won_amount": ("5000.021875", "0", "1000000")}
    rows = []
    for metric in METRICS:
        for channel in ("all", *random.sample(TARGET_CHANNELS, 3)):
            wanted = small.get(metric) or large.get(metric) or ("0", "3", "10", "40")
            rows += [(month, metric, channel, Decimal(random.choice(wanted))) for month in sorted(months)]
    rows = random.sample(rows, len(rows) * 3 // 4)
    columns = ("month", "metric", "channel", "target")
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _attempt_costs(random: Random) -> list[dict]:
    prices = random.choice((("0",), ("0",), ("0.01", "2"), ("5", "60.5")))
    costs = {name: Decimal(random.choice(prices)) for name in ATTEMPT_TYPES}
    return [{"activity_type": name, "cost": cost} for name, cost in costs.items()]
