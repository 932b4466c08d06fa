"""Which channel rule speaks of given signals, and why those before it do not.

Judging touches and records by the thousand is the models' work; here one is judged, by the same engine and comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.agreement import AgreementError, check_agreement
from orchestration.agreement.problem import errors
from orchestration.agreement.reading import Row, read_seed
from orchestration.agreement.rules import Terms
from orchestration.agreement.seed_schemas import SEEDS
from orchestration.agreement.signals import Signals

TOUCH = ("utm_source", "utm_medium", "referrer", "click_id")
PATTERNS = (*TOUCH, "lead_source")

# As the macros plain_text and any_alternative_like: what LIKE and lower() make of odd characters, the engine says.
MATCHES = """
    select coalesce(len(list_filter(
        string_split(nullif(lower(trim(pattern)), ''), '|'),
        lambda alternative: nullif(lower(trim($value)), '') like trim(alternative)
    )) > 0, false)
    from (select unnest($patterns::varchar[]) as pattern, unnest(range(len($patterns::varchar[]))) as position)
    order by position
"""


@dataclass(frozen=True)
class PassedOver:
    """A rule of lower priority number than the one that fired, and each pattern of it that did not match."""

    rule: Row
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """The channel of some signals, how sure it is, the rule that gave it (None: none matched) and those before it."""

    channel: str
    confidence: str
    rule: Row | None
    passed_over: tuple[PassedOver, ...]


def channel_rules(seeds: Path, terms: Terms) -> list[Row]:
    """The deployment's rules, lowest priority first. Raises AgreementError when this seed has mistakes."""
    seed = next(seed for seed in SEEDS if seed.name == "channel_rules")
    found = [problem for problem in errors(check_agreement(seeds, terms)) if problem.file == seed.file]
    if found:
        raise AgreementError(found)
    return sorted(read_seed(seed, seeds).rows, key=lambda row: row["priority"])


def click_id_names(rules: list[Row]) -> set[str]:
    """Names that the rules' click_id patterns begin with, as gclid of `gclid=%`."""
    alternatives = [part.strip().lower() for rule in rules for part in (rule["click_id"] or "").split("|")]
    return {
        name for name, sign, _ in (part.partition("=") for part in alternatives) if sign and "%" not in name
    }


def explain(rules: list[Row], signals: Signals) -> Explanation:
    """Judge signals by the rules for their kind: with a lead_source those on lead_source, else the others."""
    is_record = signals.lead_source is not None
    asked = [rule for rule in rules if (_plain(rule["lead_source"]) is not None) == is_record]
    with duckdb.connect() as connection:
        matches = {
            name: _matching(connection, [rule[name] for rule in asked], getattr(signals, name))
            for name in PATTERNS
        }
    passed_over: list[PassedOver] = []
    for at, rule in enumerate(asked):
        missed = [name for name in PATTERNS if _plain(rule[name]) is not None and not matches[name][at]]
        if not missed:
            return Explanation(
                _plain(rule["channel"]) or "",
                _plain(rule["confidence"]) or _implied(rule),
                rule,
                tuple(passed_over),
            )
        passed_over.append(PassedOver(rule, tuple(_reason(name, rule, signals) for name in missed)))
    return Explanation("unknown", "inferred", None, tuple(passed_over))


def _matching(
    connection: duckdb.DuckDBPyConnection, patterns: list[str | None], value: str | None
) -> list[bool]:
    found = connection.execute(MATCHES, {"value": value, "patterns": patterns}).fetchall()
    return [matched for (matched,) in found]


def _reason(name: str, rule: Row, signals: Signals) -> str:
    value = getattr(signals, name)
    return f"no {name}" if _plain(value) is None else f"{name} {value!r} is not like {rule[name]}"


def _implied(rule: Row) -> str:
    given = {name for name in PATTERNS if _plain(rule[name]) is not None}
    if "click_id" in given:
        return "click_id"
    if given & {"utm_source", "utm_medium"}:
        return "utm"
    return "declared" if "lead_source" in given else "inferred"


def _plain(text: object) -> str | None:
    return None if text is None else str(text).strip(" ").lower() or None
