"""Gate 2: what must hold of marts and reports before anyone reads them, judged in the warehouse.

Only what stops a publication as a whole belongs here: the books balance, nothing critical is wrong with the data, and
nothing published happens after the moment it speaks for. Keys, references and arithmetic are dbt's to test.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from ingestion.engine import literal
from ingestion.errors import ClosedloopError
from ingestion.rules import Rule
from orchestration.quality.expectations import RuleOutcome, validate

BALANCED = Rule(
    "balanced", "verdict", "verdict is distinct from 'balanced'", "both sides of every identity equal"
)
SOUND = Rule(
    "sound",
    "status",
    # What gate 1 found is in quarantine already, whatever its severity.
    "severity = 'critical' and status = 'fail' and check_name not like 'gate_1_%'",
    "no critical check failed",
)
DATED = {
    ("marts", "fct_lead_to_deal"): (
        *("lead_at", "ended_at", "mql_at", "sal_at", "sql_at", "opportunity_at", "customer_at"),
        *("recycled_at", "disqualified_at", "closed_lost_at"),
    ),
    ("marts", "fct_opportunity"): ("created_at", "closed_at"),
    ("marts", "fct_sales_activity"): ("occurred_at",),
    ("marts", "fct_stage_event"): ("entered_at", "exited_at"),
    ("marts", "fct_touch"): ("occurred_at",),
}
"""Facts and the instants that date each row."""
MEND = {
    "clock_outside_calendar": "Set vars.default_calendar_id where a clock has no calendar; where one lacks a date, add "
    "hours in force on it to seeds/business_hours.csv",
    "missing_exchange_rate": "Add a rate in force on that day to seeds/fx_rates.csv",
}
"""What to do about a critical check of rpt_data_quality."""
WHY = {
    (
        "reports",
        "rpt_data_quality",
    ): "check_name, ' of ', table_name, ': ', subject, ' (', failed_rows, ' rows). ', "
    f"case check_name {' '.join(f'when {literal(name)} then {literal(what)}' for name, what in MEND.items())} "
    "else 'Mend what the check names, and run again' end",
    ("reports", "rpt_ledger"): "identity, ' of ', subject, ': ', left_side, ' against ', right_side",
}
"""How rows that break a rule are told, where they say more than their number."""
TABLES = (*sorted(DATED), *sorted(WHY))
EXPECTED = {
    **dict.fromkeys(DATED, "nothing dated after the moment the night speaks for"),
    ("reports", "rpt_data_quality"): SOUND.expected,
    ("reports", "rpt_ledger"): BALANCED.expected,
}
"""What is expected of each table, whatever the night."""


class Gate2Error(ClosedloopError):
    """A check of gate 2 broke, so nothing is known of what it was to judge."""


@dataclass(frozen=True)
class Verdict:
    """What gate 2 says of one table. `failed` tells what was found, empty when it may be published."""

    schema: str
    table: str
    expected: str
    failed: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.failed


def rules(as_of: datetime) -> dict[tuple[str, str], Rule]:
    """The rule of each table; `as_of` is naive UTC."""
    moment = f"timestamp {literal(as_of.isoformat(sep=' '))}"
    known = {
        table: Rule(
            "known_by_then",
            "",
            " or ".join(f"coalesce({column} > {moment}, false)" for column in columns),
            f"nothing dated after {as_of} UTC",
        )
        for table, columns in DATED.items()
    }
    return {**known, ("reports", "rpt_data_quality"): SOUND, ("reports", "rpt_ledger"): BALANCED}


def judge(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> list[Verdict]:
    """One verdict per table of the warehouse that is open. Raises Gate2Error when a check cannot be evaluated."""
    verdicts = []
    for (schema, table), rule in rules(as_of).items():
        (outcome,) = validate(connection, f"{schema}.{table}", [rule])
        verdicts.append(Verdict(schema, table, rule.expected, _told(connection, schema, table, outcome)))
    return verdicts


def _told(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, outcome: RuleOutcome
) -> tuple[str, ...]:
    if outcome.status == "error":
        raise Gate2Error(
            f"the check {outcome.rule.label} of {schema}.{table} broke: {outcome.error}\n"
            "Expected a table that the models just built; nothing was published. Run again with --full-refresh."
        )
    if outcome.status == "pass":
        return ()
    why = WHY.get((schema, table))
    if why is None:
        return (f"{outcome.failed_rows:,} rows break it",)
    rows = connection.execute(
        f"select concat({why}) from {schema}.{table} where {outcome.rule.failed} order by 1 limit 20"
    ).fetchall()
    return tuple(row[0] for row in rows)
