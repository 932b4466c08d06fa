"""The rules a landed row is judged by, derived from its table's contract: the one place where each is written.

A rule is a SQL condition that fails; running rules and acting on what they say belong elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ingestion.contracts import Column, Contract
from ingestion.engine import identifier, literal
from ingestion.typing import text_name

UNREADABLE_ROW = "unreadable_row"
"""Rule of rows that are no rows: they never reach the landed file, but count as quarantined."""

REFUSED_BATCH = "refused_batch"
"""Rule of the rows of a batch that was refused and sent again: all of it is quarantined, whatever its rows are."""

COLUMN_PRESENT = "column_present"
"""Rule of columns that the mapping names or former batches had, and that a batch lacks."""

ACTIONS = {
    "required": "have the rows completed where they come from, or name the column that holds the value",
    "readable": "give the column its `formats`, `decimal` or `values`, or have the values mended where they come from",
    UNREADABLE_ROW: "where many look so, set `delimiter`, `quote`, `encoding` or `header_row` of the table; "
    "else have the file sent again",
    "reserved": "map the word to another one with `values`; the reports use it themselves",
    REFUSED_BATCH: "nothing: the file was sent again since",
}
"""What to do about quarantined rows, by the rule they broke."""

_YEARS = "in the years 1 to 9999"
_READABLE = {
    "boolean": "true or false (yes, no, 1, 0, t, f, y, n)",
    "integer": "a whole number",
    "money": "an amount below 100 trillion, such as 1234.50",
    "timestamp": f"an ISO-8601 time such as 2024-05-31T14:00:00Z, or one of the column's formats, {_YEARS}",
    "date": f"an ISO-8601 date such as 2024-05-31, or one of the column's formats, {_YEARS}",
}


@dataclass(frozen=True)
class Rule:
    """One rule on the rows of a relation. `failed` is a SQL condition, true for a row that breaks it.

    `column` is empty for a rule on whole rows. A `critical` rule removes the row, a `warning` only counts it;
    `expected` says in words what the rule wants.
    """

    name: str
    column: str
    failed: str
    expected: str
    severity: Literal["critical", "warning"] = "critical"

    @property
    def label(self) -> str:
        return f"{self.name}({self.column})"


def contract_rules(contract: Contract) -> tuple[Rule, ...]:
    """Every rule of a contract, in the order of its columns, over rows that have each column typed and as text."""
    return tuple(rule for column in contract.columns for rule in _column_rules(column))


def _column_rules(column: Column) -> list[Rule]:
    value, text = identifier(column.name), identifier(text_name(column.name))
    rules = []
    if column.required:
        rules.append(Rule("required", column.name, f"{text} is null", "a value"))
    is_time = column.type in ("timestamp", "date")
    if column.type in _READABLE:
        unread = f"{value} is null"
        if is_time:
            # The engine goes on before the year 1 and after 9999, where hardly a reader of its tables can follow.
            unread = f"({unread} or {value} < date '0001-01-01' or {value} >= date '10000-01-01')"
        failed = f"{unread} and {text} is not null"
        rules.append(Rule("readable", column.name, failed, _READABLE[column.type]))
    if is_time:
        # A wrong century or a placeholder: read right, so it stays, but it is worth a look.
        failed = f"{value} < date '1900-01-01' or {value} >= date '2200-01-01'"
        rules.append(Rule("plausible", column.name, failed, "a day from 1900 to 2199", "warning"))
    if column.expected:
        listed = ", ".join(literal(word) for word in column.expected)
        failed = f"lower({value}) not in ({listed})"
        rules.append(Rule("expected", column.name, failed, f"one of {', '.join(column.expected)}", "warning"))
    if column.reserved:
        listed = ", ".join(literal(word) for word in column.reserved)
        failed = f"{value} is not null and lower(trim({value})) in ({listed})"
        rules.append(
            Rule("reserved", column.name, failed, f"no word that reports use: {', '.join(column.reserved)}")
        )
    return rules
