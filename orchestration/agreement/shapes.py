"""What each seed of the agreement looks like: its columns, the kind of each, and what makes a row unique.

Seeds are described here as data and nowhere else; rules between rows stand in `rules`, reading in `reading`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from orchestration.agreement.currencies import CURRENCIES

STAGES = (
    "lead",
    "mql",
    "sal",
    "sql",
    "opportunity",
    "customer",
    "recycled",
    "disqualified",
    "closed_lost",
)
CHANNELS = (
    "paid_search",
    "organic_search",
    "paid_social",
    "organic_social",
    "email",
    "referral",
    "display",
    "event",
    "webinar",
    "content",
    "partner",
    "direct",
    "other",
    "unknown",
)
"""What a rule may give; `unattributed` exists in dim_channel only."""
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
NUMERIC_DIMENSIONS = ("employee_count", "potential_value")
TEXT_DIMENSIONS = ("industry", "country", "job_title", "touch_type")
NUMERIC_OPERATORS = ("in", "not_in", "between", "gte", "lte")
TEXT_OPERATORS = ("in", "not_in", "contains")
OPERATORS = ("in", "not_in", "between", "gte", "lte", "contains")


@dataclass(frozen=True)
class Kind:
    """How a column's text is read. `read` gives the value that rules compare and the snapshot writes; it raises
    ValueError for text that is none of this kind, and `expected` then says what would be.
    """

    expected: str
    read: Callable[[str], object]


@dataclass(frozen=True)
class SeedColumn:
    """One column of a seed. A blank is allowed unless `required`."""

    name: str
    kind: Kind
    required: bool = False


@dataclass(frozen=True)
class Seed:
    """One seed file. No two rows may agree in all columns of `key`; `validity` says that this holds per day only."""

    name: str
    columns: tuple[SeedColumn, ...]
    key: tuple[str, ...]
    validity: bool = False

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def _date(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError
    return date.fromisoformat(text)


def _month(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}(-01)?", text):
        raise ValueError
    return datetime.strptime(text[:7], "%Y-%m").date()


def _integer(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,18}", text):
        raise ValueError
    return int(text)


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError from None
    if not number.is_finite():
        raise ValueError
    return number


def _bounded(allowed: Callable[[Decimal], bool]) -> Callable[[str], Decimal]:
    def read(text: str) -> Decimal:
        number = _number(text)
        if not allowed(number):
            raise ValueError
        return number

    return read


def _one_of(names: tuple[str, ...]) -> Kind:
    def read(text: str) -> str:
        if text.lower() not in names:
            raise ValueError
        return text.lower()

    return Kind("one of " + ", ".join(names), read)


def _currency(text: str) -> str:
    if text.upper() not in CURRENCIES:
        raise ValueError
    return text.upper()


def _domain(text: str) -> str:
    if not re.fullmatch(r"[^@\s.]+(\.[^@\s.]+)+", text):
        raise ValueError
    return text.lower()


TEXT = Kind("text", str)
DATE = Kind("a date such as 2026-01-31", _date)
MONTH = Kind("a month such as 2026-01", _month)
INTEGER = Kind("a whole number", _integer)
NUMBER = Kind("a number such as 12.5, with a point and no thousands separators", _number)
POSITIVE = Kind("a number above 0, with a point and no thousands separators", _bounded(lambda n: n > 0))
NOT_NEGATIVE = Kind(
    "a number of at least 0, with a point and no thousands separators", _bounded(lambda n: n >= 0)
)
CURRENCY = Kind("an ISO 4217 code such as EUR", _currency)
DOMAIN = Kind("a mail domain such as example.com", _domain)
VALIDITY = (SeedColumn("valid_from", DATE), SeedColumn("valid_until", DATE))

SEEDS = (
    Seed(
        "channel_rules",
        (
            SeedColumn("priority", INTEGER, required=True),
            SeedColumn("utm_source", TEXT),
            SeedColumn("utm_medium", TEXT),
            SeedColumn("referrer", TEXT),
            SeedColumn("click_id", TEXT),
            SeedColumn("lead_source", TEXT),
            SeedColumn("channel", _one_of(CHANNELS), required=True),
            SeedColumn("confidence", TEXT),
        ),
        key=("priority",),
    ),
    Seed(
        "stage_mapping",
        (
            SeedColumn("source_system", Kind("a source's name", lambda text: "" if text == "*" else text)),
            SeedColumn("object", _one_of(("lead", "opportunity")), required=True),
            SeedColumn("value", TEXT, required=True),
            SeedColumn("stage", _one_of(STAGES), required=True),
        ),
        key=("source_system", "object", "value"),
    ),
    Seed(
        "qualification_rules",
        (
            SeedColumn("stage", _one_of(("mql", "sql")), required=True),
            SeedColumn("rule_version", TEXT, required=True),
            *VALIDITY,
            SeedColumn("dimension", _one_of(TEXT_DIMENSIONS + NUMERIC_DIMENSIONS), required=True),
            SeedColumn("operator", _one_of(OPERATORS), required=True),
            SeedColumn("value", TEXT, required=True),
            SeedColumn("points", NUMBER, required=True),
        ),
        key=("stage", "rule_version", "dimension", "operator", "value"),
        validity=True,
    ),
    Seed(
        "qualification_thresholds",
        (
            SeedColumn("stage", _one_of(("mql", "sql")), required=True),
            SeedColumn("rule_version", TEXT, required=True),
            *VALIDITY,
            SeedColumn("min_fit", NUMBER),
            SeedColumn("min_intent", NUMBER),
            SeedColumn("min_total", NUMBER),
            SeedColumn("intent_half_life_days", POSITIVE),
        ),
        key=("stage",),
        validity=True,
    ),
    Seed("shared_mailboxes", (SeedColumn("pattern", TEXT, required=True),), key=("pattern",)),
    Seed("free_mail_domains", (SeedColumn("domain", DOMAIN, required=True),), key=("domain",)),
    Seed(
        "fx_rates",
        (
            SeedColumn("currency", CURRENCY, required=True),
            SeedColumn("valid_from", DATE, required=True),
            SeedColumn("rate_to_reporting", POSITIVE, required=True),
        ),
        key=("currency", "valid_from"),
    ),
    Seed(
        "targets",
        (
            SeedColumn("month", MONTH, required=True),
            SeedColumn("metric", _one_of(METRICS), required=True),
            SeedColumn("channel", _one_of((*CHANNELS, "all")), required=True),
            SeedColumn("target", NOT_NEGATIVE, required=True),
        ),
        key=("month", "metric", "channel"),
    ),
)
