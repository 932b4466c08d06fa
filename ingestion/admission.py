"""One landed load as typed rows: what gate 1 judges, and the files that an admission leaves.

How values are read is `ingestion.typing`, what is wrong with a row `ingestion.rules`; who runs the rules,
and whether too many rows break them, is the caller's.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import duckdb
import pyarrow as pa

from ingestion import typing
from ingestion.contracts import Contract
from ingestion.engine import PARQUET, identifier, literal, parquet
from ingestion.errors import ClosedloopError
from ingestion.landing.manifest import Load, UnreadableRow
from ingestion.landing.writer import META
from ingestion.mapping import TableMapping
from ingestion.rules import UNREADABLE_ROW, Rule, contract_rules

RELATION, JUDGED = "batch", "judged"
ORIGINAL = "original row"
_ONLY_BAD = "where _row_number in (select _row_number from bad)"
ADMITTED_META = tuple(name for name in META if name != "_line")
"""What an admitted row keeps of the landing beside its contract's columns."""

_RESTORE = "`closedloop doctor --repair` lands it again where its source still has it; else restore it from a backup."


class AdmissionError(ClosedloopError):
    """A landed load cannot be judged at all: its file is unreadable, or a required column is missing."""


def judgement_hash(contract: Contract, mapping: TableMapping) -> str:
    """A hash of all that decides what gate 1 makes of a landed row: a load admitted under another is judged again."""
    columns = [
        (c.name, c.type, c.required, c.expected, c.reserved, sorted(c.id_when.items()))
        for c in contract.columns
    ]
    return mapping.digest(str(typing.VERSION), repr(columns))


class Batch:
    """The rows of one load, typed under a contract and a mapping, as the view `batch` of a session.

    The view has every contract column typed and, as `<column> as text`, mapped; the landing's own columns; and the
    received values of the row as JSON (`original row`). Raises AdmissionError when the landed file cannot be read or is
    not the one the manifest describes.
    """

    def __init__(
        self,
        database: duckdb.DuckDBPyConnection,
        load: Load,
        file: Path,
        contract: Contract,
        mapping: TableMapping,
    ) -> None:
        self.database, self.load, self.contract, self.mapping = database, load, contract, mapping
        self.file = file
        try:
            described = database.execute(f"describe select * from {parquet([file])}").fetchall()
            (self.rows,) = database.execute(f"select count(*) from {parquet([file])}").fetchone()
        except duckdb.Error as error:
            raise AdmissionError(
                f"landed file {file} cannot be read: {error}\n"
                f"Expected the file that load {load.load_id} left. {_RESTORE}"
            ) from error
        if self.rows != load.rows - load.unreadable:
            raise AdmissionError(
                f"landed file {file} has {self.rows} rows, the manifest says {load.rows - load.unreadable}. {_RESTORE}"
            )
        self.landed = {name: sql_type for name, sql_type, *_ in described if name not in META}
        self.columns = typing.typed_columns(contract, mapping, self.landed)
        fed = {column.column.name for column in self.columns if column.is_fed}
        self.rules = tuple(rule for rule in contract_rules(contract) if rule.column in fed)
        typing.prepare(database, contract, mapping)
        # Pushed below the projections, a condition would repeat their work; and nothing can be pushed into the file.
        database.execute("set disabled_optimizers = 'filter_pushdown'")
        database.execute(f"create or replace temp view {RELATION} as {self._select()}")

    @property
    def critical(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.severity == "critical")

    def missing(self) -> list[str]:
        """One sentence per required column that the load lacks: expected, found, nearest. A load without rows and
        columns lacks nothing.
        """
        if not self.landed and not self.rows:
            return []
        return [
            self._missing(column.column.name)
            for column in self.columns
            if column.column.required and not column.is_fed
        ]

    def absent(self, former: Sequence[str]) -> list[str]:
        """Contract columns that lack their received column, though the mapping or a `former` schema has it."""
        had = dict.fromkeys(former, "")
        return [
            column.column.name
            for column in self.columns
            if column.header is None
            and self.mapping.column(column.column.name).constant is None
            and (
                column.column.name in self.mapping.columns
                or any(
                    typing.find_header(name, had)
                    for name in self.mapping.column(column.column.name).column or ()
                )
            )
        ]

    def examples(self, rule: Rule, most: int = 3) -> list[tuple[int, str | None]]:
        """Line and text of the first rows that break `rule`; the text is null where there is none."""
        text = identifier(typing.text_name(rule.column))
        return self.database.execute(
            f"select _line, {text} from {RELATION} where {rule.failed} order by _row_number limit {most}"
        ).fetchall()

    def write_admitted(self, target: Path) -> int:
        """Write the rows that break no critical rule, contract columns first; returns how many.

        Afterwards the view `judged` has every row of the load, as the rules want it.
        """
        typed = [f"cast({identifier(column.name)} as {column.sql_type})" for column in self.contract.columns]
        selected = [
            *(
                f"{value} as {identifier(name)}"
                for value, name in zip(typed, self.contract.column_names, strict=True)
            ),
            *ADMITTED_META,
        ]
        rows = self._copy(f"select {', '.join(selected)} from {RELATION} where not ({self._is_bad})", target)
        self._tell_apart(target, self.rows - rows)
        return rows

    def _tell_apart(self, admitted: Path, left_out: int) -> None:
        """Make the table `bad` of the rows left out, and the view `judged`: those, and all others as they were written.

        A row is typed once that way. Of one that was written the rules want the text for one thing: is there any.
        """
        names = self.contract.column_names
        numbers = "select _row_number from"
        self.database.execute(
            f"create or replace temp table bad as {numbers} {parquet([self.file])} "
            + (f"except {numbers} {parquet([admitted])}" if left_out else "limit 0")
        )
        typed = ", ".join(map(identifier, names))
        text = ", ".join(identifier(typing.text_name(name)) for name in names)
        written = ", ".join(f"case when {identifier(name)} is not null then '' end" for name in names)
        self.database.execute(
            f"""
            create or replace temp view {JUDGED} as
            select {typed}, {text} from ({self._select(_ONLY_BAD)}) as bad_rows
            union all
            select {typed}, {written} from {parquet([admitted])}
            """
        )

    def write_quarantined(self, target: Path, unreadable: Sequence[UnreadableRow]) -> int:
        """Write the rows that break a critical rule, and the unreadable ones; returns how many."""
        if not self.critical:  # a load without columns has no rows but the unreadable ones
            return self.write_refused(target, UNREADABLE_ROW, "", unreadable)
        first = " ".join(
            f"when {rule.failed} then {{'rule': {literal(rule.name)}, 'column_name': {literal(rule.column)}}}"
            for rule in self.critical
        )
        reasons = ", ".join(f"case when {rule.failed} then {_reason(rule)} end" for rule in self.critical)
        return self._write_quarantine(
            f"case {first} end", f"concat_ws('; ', {reasons})", _ONLY_BAD, target, unreadable
        )

    def write_refused(self, target: Path, rule: str, reason: str, unreadable: Sequence[UnreadableRow]) -> int:
        """Write every row of the load, and the unreadable ones, under one rule and reason; returns how many."""
        return self._write_quarantine(
            f"{{'rule': {literal(rule)}, 'column_name': ''}}", literal(reason), "", target, unreadable
        )

    @property
    def _is_bad(self) -> str:
        return " or ".join(f"({rule.failed})" for rule in self.critical) or "false"

    def _write_quarantine(
        self, verdict: str, reason: str, condition: str, target: Path, unreadable: Sequence[UnreadableRow]
    ) -> int:
        lost = {
            "line": pa.array([row.line for row in unreadable], pa.int64()),
            "text": pa.array([row.text for row in unreadable], pa.string()),
            "reason": pa.array([row.reason for row in unreadable], pa.string()),
        }
        self.database.register("lost", pa.table(lost))
        load = self.load
        origin = (
            f"{literal(load.source)} as source, {literal(load.table)} as table_name, {literal(load.unit)} as unit, "
            f"{literal(load.load_id)} as load_id"
        )
        return self._copy(
            f"""
            select
                {origin}, _row_number as row_number, _line as line, verdict.rule as rule,
                verdict.column_name as column_name, reason, {identifier(ORIGINAL)} as original
            from (
                select *, {verdict} as verdict, {reason} as reason
                from ({self._select(condition)}) as bad_rows
            ) as judged
            union all
            select {origin}, null, line, {literal(UNREADABLE_ROW)}, '', reason, text from lost
            """,
            target,
        )

    def _copy(self, query: str, target: Path) -> int:
        (rows,) = self.database.execute(f"copy ({query}) to {literal(str(target))} {PARQUET}").fetchone()
        return rows

    def _select(self, condition: str = "") -> str:
        """The rows of the landed file that meet a WHERE clause, with all that a batch adds to them."""
        landed = {name: sql for column in self.columns for name, sql in column.landed.items()}
        parts = {name: sql for column in self.columns for name, sql in column.parts.items()}
        values = {column.column.name: column.value for column in self.columns}
        received = ", ".join(f"{identifier(name)} := {identifier(name)}" for name in self.landed)
        original = f"cast(to_json(struct_pack({received})) as varchar)" if received else "'{}'"
        return f"""
            select *, {_named(values)}
            from (
                select *{"".join(", " + _named({name: sql}) for name, sql in parts.items())}
                from (
                    select {", ".join(META)}, {_named({ORIGINAL: original, **landed})}
                    from {parquet([self.file])}
                    {condition}
                ) as landed
            ) as parts
        """

    def _missing(self, name: str) -> str:
        wanted = self.mapping.column(name).column or (name,)
        close = get_close_matches(wanted[0].lower(), {header.lower(): header for header in self.landed}, n=1)
        nearest = next((header for header in self.landed if close and header.lower() == close[0]), None)
        meant = f"; write {name}: {{column: {nearest}}} if {nearest!r} was meant" if nearest else ""
        return (
            f"no column {' or '.join(map(repr, wanted))} for {name}, which is required; "
            f"found {', '.join(map(repr, self.landed)) or 'no columns'}{meant}"
        )


def _reason(rule: Rule) -> str:
    text = identifier(typing.text_name(rule.column))
    found = f"coalesce('''' || {text} || '''', 'nothing')"
    return f"{literal(rule.column + ': found ')} || {found} || {literal(', expected ' + rule.expected)}"


def _named(columns: dict[str, str]) -> str:
    return ", ".join(f"{sql} as {identifier(name)}" for name, sql in columns.items())
