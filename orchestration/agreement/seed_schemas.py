"""What each seed of the agreement looks like: its columns, the type of each, and what makes a row unique.

Seeds are described here as data and nowhere else; how a cell is read stands in `cell_types`, rules between rows in
`rules`.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.agreement.cell_types import (
    AMOUNT,
    COUNT,
    CURRENCY,
    DATE,
    DAYS,
    DOMAIN,
    INTEGER,
    LEAD_FIELDS,
    MINUTES,
    MONTH,
    NUMBER,
    POSITIVE,
    RATE,
    SHARE,
    TARGET,
    TEXT,
    TIME,
    TIME_ZONE,
    WHOLE,
    CellType,
    one_of,
)

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
COMMITMENTS = ("first_response", "acceptance", "attempts", "handoff")
ATTEMPT_TYPES = ("call", "email", "meeting", "message")
ACTIVITY_TYPES = (*ATTEMPT_TYPES, "task")


@dataclass(frozen=True)
class SeedColumn:
    """One column of a seed. A blank is allowed unless `required`."""

    name: str
    cell_type: CellType
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
            SeedColumn("channel", one_of(CHANNELS), required=True),
            SeedColumn("confidence", TEXT),
        ),
        key=("priority",),
    ),
    Seed(
        "stage_mapping",
        (
            SeedColumn(
                "source_system", CellType("a source's name", lambda text: "" if text == "*" else text)
            ),
            SeedColumn("object", one_of(("lead", "opportunity")), required=True),
            SeedColumn("value", TEXT, required=True),
            SeedColumn("stage", one_of(STAGES), required=True),
        ),
        key=("source_system", "object", "value"),
    ),
    Seed(
        "qualification_rules",
        (
            SeedColumn("stage", one_of(("mql", "sql")), required=True),
            SeedColumn("rule_version", TEXT, required=True),
            *VALIDITY,
            SeedColumn("dimension", one_of(TEXT_DIMENSIONS + NUMERIC_DIMENSIONS), required=True),
            SeedColumn("operator", one_of(OPERATORS), required=True),
            SeedColumn("value", TEXT, required=True),
            SeedColumn("points", NUMBER, required=True),
        ),
        key=("stage", "rule_version", "dimension", "operator", "value"),
        validity=True,
    ),
    Seed(
        "qualification_thresholds",
        (
            SeedColumn("stage", one_of(("mql", "sql")), required=True),
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
            SeedColumn("rate_to_reporting", RATE, required=True),
        ),
        key=("currency", "valid_from"),
    ),
    Seed(
        "targets",
        (
            SeedColumn("month", MONTH, required=True),
            SeedColumn("metric", one_of(METRICS), required=True),
            SeedColumn("channel", one_of((*CHANNELS, "all")), required=True),
            SeedColumn("target", TARGET, required=True),
        ),
        key=("month", "metric", "channel"),
    ),
    Seed(
        "sla_policies",
        (
            SeedColumn("sla_policy_id", TEXT, required=True),
            SeedColumn("commitment", one_of(COMMITMENTS), required=True),
            SeedColumn("priority", INTEGER, required=True),
            SeedColumn("country", TEXT),
            SeedColumn("industry", TEXT),
            SeedColumn("min_employee_count", WHOLE),
            SeedColumn("max_employee_count", WHOLE),
            SeedColumn("min_potential_value", AMOUNT),
            SeedColumn("clock_start", one_of(("mql_at", "assigned_at"))),
            SeedColumn("target_minutes", MINUTES),
            SeedColumn("min_attempts", COUNT),
            SeedColumn("window_days", DAYS),
            SeedColumn("required_fields", LEAD_FIELDS),
            SeedColumn("at_risk_fraction", SHARE),
            SeedColumn("calendar_id", TEXT),
            *VALIDITY,
        ),
        key=("sla_policy_id",),
        validity=True,
    ),
    Seed(
        "business_calendars",
        (
            SeedColumn("calendar_id", TEXT, required=True),
            SeedColumn("timezone", TIME_ZONE, required=True),
        ),
        key=("calendar_id",),
    ),
    Seed(
        "business_hours",
        (
            SeedColumn("calendar_id", TEXT, required=True),
            SeedColumn("weekday", one_of(tuple("1234567")), required=True),
            SeedColumn("open", TIME, required=True),
            SeedColumn("close", TIME, required=True),
            *VALIDITY,
        ),
        key=("calendar_id", "weekday", "open", "close"),
        validity=True,
    ),
    Seed(
        "calendar_exceptions",
        (
            SeedColumn("calendar_id", TEXT, required=True),
            SeedColumn("date", DATE, required=True),
            SeedColumn("open", TIME),
            SeedColumn("close", TIME),
        ),
        key=("calendar_id", "date", "open", "close"),
    ),
    Seed(
        "attempt_costs",
        (
            SeedColumn("activity_type", one_of(ACTIVITY_TYPES), required=True),
            SeedColumn("cost", AMOUNT, required=True),
        ),
        key=("activity_type",),
    ),
)
