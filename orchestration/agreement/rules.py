"""What the rows of the agreement must satisfy among each other: keys, validity, and what only one seed knows.

The form of files, headers and single cells is judged in `reading`; each rule here meets well-formed rows only.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from orchestration.agreement.calendars import (
    calendars_reach,
    calendars_without_gap,
    clocks_have_calendars,
    configured_calendars,
    exceptions_open_or_close,
    known_calendars,
    open_differs_from_close,
)
from orchestration.agreement.reading import Row, SeedTable
from orchestration.agreement.seed_schemas import NUMERIC_DIMENSIONS, NUMERIC_OPERATORS, TEXT_OPERATORS
from orchestration.agreement.sla_policies import (
    commitments_without_gap,
    every_attempt_costs,
    measurable,
    one_commitment_each,
    same_leads_in_turn,
    sizes_in_order,
)
from orchestration.agreement.validity import (
    SeedRule,
    Terms,
    no_gap,
    no_overlap,
    plain,
    unique_keys,
    validity_in_order,
)

RATES = ("retention_rate", "first_response_attainment")


def patterns_can_match(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """A rule on lead_source judges records, which have none of the other patterns' columns."""
    touched = ("utm_source", "utm_medium", "referrer", "click_id")
    for row in table.rows:
        others = [column for column in touched if row[column] is not None]
        if row["lead_source"] is not None and others:
            table.report(
                row.line,
                "lead_source",
                f"lead_source together with {', '.join(others)}",
                "patterns of records or of touches: no row has both, so this rule never matches",
                "Split it in two rules.",
                severity="note",
            )


def known_sources(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """A stage word of a source that is not configured is never met."""
    known = [source.lower() for source in terms.sources]
    for row in table.rows:
        source = plain(row["source_system"])
        if source and known and source not in known:
            table.report(
                row.line,
                "source_system",
                repr(source),
                f"a source of {terms.configuration} ({', '.join(known)}), or * for any",
                "It applies to nothing until such a source is configured.",
                severity="note",
            )


def _numbers(value: object) -> list[Decimal]:
    numbers = [Decimal(part.strip()) for part in str(value).split("|")]
    if not all(number.is_finite() for number in numbers):
        raise InvalidOperation
    return numbers


def operator_fits(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """Numbers are compared with numbers, text with text, and `between` names two ends."""
    for row in table.rows:
        numeric = row["dimension"] in NUMERIC_DIMENSIONS
        operators = NUMERIC_OPERATORS if numeric else TEXT_OPERATORS
        if row["operator"] not in operators:
            table.report(
                row.line,
                "operator",
                f"{row['operator']!r} on {row['dimension']}",
                "one of " + ", ".join(operators),
                "Choose another operator or dimension.",
            )
        elif numeric:
            _judge_numbers(table, row)


def _judge_numbers(table: SeedTable, row: Row) -> None:
    wanted = {
        "between": "two numbers, the lower first, as 10|200",
        "gte": "one number",
        "lte": "one number",
    }
    expected = wanted.get(str(row["operator"]), "numbers separated by |")
    try:
        numbers = _numbers(row["value"])
    except InvalidOperation:
        numbers = []
    fits = bool(numbers)
    if row["operator"] == "between":
        fits = len(numbers) == 2 and numbers[0] <= numbers[1]
    elif row["operator"] in ("gte", "lte"):
        fits = len(numbers) == 1
    if not fits:
        table.report(row.line, "value", repr(row["value"]), expected, "Correct this cell.")


def versions_paired(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """Rules count under the thresholds of their version only, so a version without them is dead."""
    other = tables["qualification_thresholds"]
    known = {(row["stage"], plain(row["rule_version"])) for row in other.rows}
    said: set[tuple[object, str]] = set()
    for row in table.rows:
        version = (row["stage"], plain(row["rule_version"]))
        if version not in known | said:
            said.add(version)
            table.report(
                row.line,
                "rule_version",
                f"{row['rule_version']!r} of stage {row['stage']}, without thresholds",
                "a version that qualification_thresholds.csv has for this stage",
                "Its rules count for nothing until it has.",
                severity="note",
            )


def replay_exists(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """The version to replay is one that was agreed on."""
    versions = sorted({str(row["rule_version"]) for row in table.rows})
    if terms.replay_version is not None and plain(terms.replay_version) not in map(plain, versions):
        table.report(
            None,
            "rule_version",
            f"no version {terms.replay_version!r}, which replay_version in {terms.configuration} names",
            "one of " + (", ".join(versions) or "none: the seed has no rows"),
            "Correct vars.replay_version, or add the version here.",
        )


def reporting_rate_is_one(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """The reporting currency converts to itself at 1."""
    for row in table.rows:
        if row["currency"] == terms.reporting_currency.upper() and row["rate_to_reporting"] != 1:
            table.report(
                row.line,
                "rate_to_reporting",
                f"{row['rate_to_reporting']} for the reporting currency {row['currency']}",
                "1: rates convert to the reporting currency",
                "Drop the row, or correct reporting_currency and restate all rates in it.",
            )


def rates_are_shares(table: SeedTable, tables: dict[str, SeedTable], terms: Terms) -> None:
    """A target for a rate is a share, not a percentage."""
    for row in table.rows:
        if row["metric"] in RATES and row["target"] > 1:
            table.report(
                row.line,
                "target",
                f"{row['target']} for {row['metric']}",
                "a share between 0 and 1",
                "Write 0.9 for 90 percent.",
            )


RULES: dict[str, tuple[SeedRule, ...]] = {
    "channel_rules": (unique_keys, patterns_can_match),
    "stage_mapping": (unique_keys, known_sources),
    "qualification_rules": (validity_in_order, no_overlap, operator_fits, versions_paired),
    "qualification_thresholds": (validity_in_order, no_overlap, no_gap, replay_exists),
    "shared_mailboxes": (unique_keys,),
    "free_mail_domains": (unique_keys,),
    "fx_rates": (unique_keys, reporting_rate_is_one),
    "targets": (unique_keys, rates_are_shares),
    "sla_policies": (
        validity_in_order,
        no_overlap,
        one_commitment_each,
        commitments_without_gap,
        same_leads_in_turn,
        measurable,
        sizes_in_order,
        known_calendars,
        clocks_have_calendars,
    ),
    "business_calendars": (unique_keys, configured_calendars, calendars_reach),
    "business_hours": (
        validity_in_order,
        no_overlap,
        calendars_without_gap,
        known_calendars,
        open_differs_from_close,
    ),
    "calendar_exceptions": (
        unique_keys,
        known_calendars,
        open_differs_from_close,
        exceptions_open_or_close,
    ),
    "attempt_costs": (unique_keys, every_attempt_costs),
}
"""The rules of each seed, in the order their findings are told."""
