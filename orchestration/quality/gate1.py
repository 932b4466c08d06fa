"""Gate 1: every landed load is typed, judged by its contract, and split into admitted and quarantined rows.

When a load is judged, refused or admitted belongs here; how values are read, what the rules are and how they are
counted does not. All or nothing per load: its files are in place before the manifest says so, in one transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.admission import JUDGED, RELATION, AdmissionError, Batch, judgement_hash
from ingestion.contracts import Rejection, contracts
from ingestion.engine import connect
from ingestion.errors import ClosedloopError
from ingestion.landing.layout import Layout
from ingestion.landing.manifest import Load, Manifest, RuleResult
from ingestion.landing.placing import partial, place
from ingestion.rules import COLUMN_PRESENT, REFUSED_BATCH, UNREADABLE_ROW
from ingestion.sources.base import Source
from orchestration.quality.expectations import RuleOutcome, validate

logger = logging.getLogger("closedloop.gate1")


class GateError(ClosedloopError):
    """Loads were refused; nothing of them was admitted. `loads` are their ids."""

    def __init__(self, table: str, refusals: list[Refusal]) -> None:
        self.loads = [refusal.load_id for refusal in refusals]
        lines = "\n".join(f"  {refusal.reason}" for refusal in refusals)
        super().__init__(f"gate 1 refused {len(refusals)} load(s) of {table}, so the run stops:\n{lines}")


class CheckError(ClosedloopError):
    """A check broke, so nothing is known of the rows and nothing of the load was admitted."""


@dataclass(frozen=True)
class Refusal:
    """Why one load was refused, in words that say what to do."""

    load_id: str
    reason: str


@dataclass(frozen=True)
class AdmissionReport:
    """What became of one load: rows in = `admitted_rows` + `quarantined_rows`.

    `formerly_quarantined_rows` is the count before, where the load had been admitted already (replay, or a changed
    mapping); `results` are those of every rule.
    """

    load: Load
    admitted_rows: int
    quarantined_rows: int
    formerly_quarantined_rows: int | None
    results: tuple[RuleResult, ...]


def admit_pending(
    layout: Layout,
    manifest: Manifest,
    source: Source,
    table: str,
    *,
    memory_limit: str = "4GB",
    threads: int = 2,
) -> list[AdmissionReport]:
    """Admit every load of a table that waits, or was admitted under another mapping or contract; oldest first.

    Raises GateError once all others are admitted when loads were refused (past the table's rejection threshold, or
    without a required column), CheckError at once when a check broke, AdmissionError when a landed file is unreadable.
    A refused load whose unit was landed again is quarantined whole instead.
    """
    present = judgement_hash(contracts()[table], source.mapping(table))

    def waits(load: Load) -> bool:
        return load.state != "admitted" or load.mapping_hash != present

    return _Gate(layout, manifest, source, table, memory_limit, threads).admit(waits)


def replay(
    layout: Layout,
    manifest: Manifest,
    source: Source,
    table: str,
    load_ids: Collection[str] | None = None,
    *,
    memory_limit: str = "4GB",
    threads: int = 2,
) -> list[AdmissionReport]:
    """Judge again every load that has quarantined rows (of `load_ids`, when given) and move those that now pass.

    Rows are read anew from the landing, so that none is lost or doubled however often it is called. Errors as in
    `admit_pending`.
    """

    def wanted(load: Load) -> bool:
        return bool(load.quarantined_rows) and (load_ids is None or load.load_id in load_ids)

    return _Gate(layout, manifest, source, table, memory_limit, threads).admit(wanted)


class _Gate:
    """Gate 1 of one table of one source."""

    def __init__(
        self, layout: Layout, manifest: Manifest, source: Source, table: str, memory_limit: str, threads: int
    ) -> None:
        self.layout, self.manifest, self.table = layout, manifest, table
        self.source = source.name
        self.contract, self.mapping = contracts()[table], source.mapping(table)
        self.limits = memory_limit, threads

    @property
    def rejection(self) -> Rejection:
        return self.mapping.rejection or self.contract.rejection

    def admit(self, chosen: Callable[[Load], bool]) -> list[AdmissionReport]:
        loads = self.manifest.loads(self.source, self.table)
        reports, refusals = [], []
        for at, load in enumerate(loads):
            if not chosen(load):
                continue
            # Files without even headers say nothing of what columns there are.
            former = next((one.schema for one in reversed(loads[:at]) if one.schema), ())
            is_sent_again = any(later.unit == load.unit for later in loads[at + 1 :])
            outcome = self._admit(load, former, is_sent_again)
            if isinstance(outcome, Refusal):
                refusals.append(outcome)
            else:
                reports.append(outcome)
        if refusals:
            raise GateError(self.table, refusals)
        return reports

    def _admit(self, load: Load, former: tuple[str, ...], is_sent_again: bool) -> AdmissionReport | Refusal:
        with connect(*self.limits, self.layout.scratch) as database:
            batch = Batch(database, load, self.layout.root / load.path, self.contract, self.mapping)
            missing, of_whole = batch.missing(), self._of_whole(batch, former)
            admitted = 0 if missing else self._write_admitted(batch, of_whole)
            outcomes = [] if missing else self._judge(batch, JUDGED, of_whole)
            results = [*self._results(load, outcomes), *of_whole]
            refusal = self._refusal(batch, missing, outcomes, load.rows - admitted)
            # A load that was admitted before keeps its rows until the mapping fits it again.
            is_replaced = is_sent_again and not load.admitted_rows
            if refusal is not None and not is_replaced:
                self.manifest.judge(load.load_id, results)
                partial(self._admitted(load)).unlink(missing_ok=True)
                return refusal
            unreadable = self.manifest.unreadable_rows(load.load_id)
            target = partial(self._quarantine(load))
            if refusal is not None:
                admitted = 0
                quarantined = batch.write_refused(target, REFUSED_BATCH, refusal.reason, unreadable)
                results.append(self._result(load, REFUSED_BATCH, "", "critical", load.rows))
            else:
                quarantined = batch.write_quarantined(target, unreadable) if admitted < load.rows else 0
        self._check_identity(load, admitted, quarantined)
        self._commit(load, admitted, quarantined, results)
        logger.info("%s: %s rows admitted, %s quarantined", load.unit, admitted, quarantined)
        return AdmissionReport(load, admitted, quarantined, load.quarantined_rows, tuple(results))

    def _write_admitted(self, batch: Batch, of_whole: list[RuleResult]) -> int:
        """The rows that break no critical rule, as a partial file; raises CheckError when a rule broke over them."""
        try:
            return batch.write_admitted(partial(self._admitted(batch.load)))
        except duckdb.Error:
            self._judge(batch, RELATION, of_whole)
            raise

    def _judge(self, batch: Batch, relation: str, of_whole: list[RuleResult]) -> list[RuleOutcome]:
        """What the rules say of the rows of a relation of the batch; raises CheckError when one of them broke."""
        if not batch.rows:
            return [RuleOutcome(rule, 0) for rule in batch.rules]
        outcomes = validate(batch.database, relation, batch.rules)
        self._stop_on_errors(batch.load, outcomes, of_whole)
        return outcomes

    def _results(self, load: Load, outcomes: list[RuleOutcome]) -> list[RuleResult]:
        return [
            RuleResult(
                load.load_id,
                self.table,
                outcome.rule.name,
                outcome.rule.column,
                outcome.rule.severity,
                outcome.failed_rows,
                outcome.status,
            )
            for outcome in outcomes
        ]

    def _of_whole(self, batch: Batch, former: tuple[str, ...]) -> list[RuleResult]:
        """What is known of a load without looking at its rows: unreadable ones, and columns that vanished."""
        load = batch.load
        absent = batch.absent(former) if batch.rows else []
        return [
            self._result(load, UNREADABLE_ROW, "", "critical", load.unreadable),
            *(self._result(load, COLUMN_PRESENT, column, "warning", batch.rows) for column in absent),
        ]

    def _result(self, load: Load, rule: str, column: str, severity: str, failed: int) -> RuleResult:
        return RuleResult(
            load.load_id, self.table, rule, column, severity, failed, "fail" if failed else "pass"
        )

    def _stop_on_errors(self, load: Load, outcomes: list[RuleOutcome], of_whole: list[RuleResult]) -> None:
        broken = [outcome for outcome in outcomes if outcome.error is not None]
        if not broken:
            return
        self.manifest.judge(load.load_id, [*self._results(load, outcomes), *of_whole])
        partial(self._admitted(load)).unlink(missing_ok=True)
        lines = "\n".join(f"  {outcome.rule.label}: {outcome.error}" for outcome in broken)
        raise CheckError(
            f"{load.unit} (load {load.load_id}): {len(broken)} check(s) of {self.table} broke:\n{lines}\n"
            "Expected each to pass or fail. Nothing of the load was admitted; mend the check and run again."
        )

    def _refusal(
        self, batch: Batch, missing: list[str], outcomes: list[RuleOutcome], rejected: int
    ) -> Refusal | None:
        load = batch.load
        if missing:
            return Refusal(
                load.load_id,
                f"{load.unit} (load {load.load_id}): {'; '.join(missing)}. Mend the mapping of {self.table} (a column "
                "may list several headers) or the file, and run again.",
            )
        if not self.rejection.exceeded(rejected, load.rows):
            return None
        broken = [f"{load.unreadable} unreadable rows"] if load.unreadable else []
        broken += [
            _broken(batch, outcome)
            for outcome in outcomes
            if outcome.failed_rows and outcome.rule.severity == "critical"
        ]
        return Refusal(
            load.load_id,
            f"{load.unit} (load {load.load_id}): {rejected} of {load.rows} rows break rules, more than "
            f"{self.rejection.rows} rows and {self.rejection.share:.0%}: {'; '.join(broken)}. Mend the mapping of "
            f"{self.table} or the file, or raise its `rejection`, and run again.",
        )

    def _check_identity(self, load: Load, admitted: int, quarantined: int) -> None:
        if admitted + quarantined != load.rows:
            raise AdmissionError(
                f"load {load.load_id} has {load.rows} rows, but {admitted} admitted + {quarantined} quarantined are "
                f"{admitted + quarantined}; nothing was recorded. This is a defect of closedloop: please report it."
            )

    def _commit(self, load: Load, admitted: int, quarantined: int, results: list[RuleResult]) -> None:
        if load.state == "admitted":
            self.manifest.reopen(load.load_id)
        if partial(self._admitted(load)).exists() and admitted:
            place(self._admitted(load))
        else:
            _remove(self._admitted(load))
        if quarantined:
            place(self._quarantine(load))
        else:
            _remove(self._quarantine(load))
        self.manifest.admit(
            load.load_id, admitted, quarantined, judgement_hash(self.contract, self.mapping), results
        )

    def _admitted(self, load: Load) -> Path:
        return self.layout.admitted_file(load.source, load.table, load.load_date, load.load_id)

    def _quarantine(self, load: Load) -> Path:
        return self.layout.quarantine_file(load.source, load.table, load.load_date, load.load_id)


def _remove(final: Path) -> None:
    partial(final).unlink(missing_ok=True)
    final.unlink(missing_ok=True)


def _broken(batch: Batch, outcome: RuleOutcome) -> str:
    examples = ", ".join(
        f"line {line}" + ("" if text is None else f" {text!r}") for line, text in batch.examples(outcome.rule)
    )
    return f"{outcome.rule.label} {outcome.failed_rows} rows, such as {examples} (expected {outcome.rule.expected})"
