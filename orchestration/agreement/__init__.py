"""The agreement between sales and marketing, as seeds: judged whole before anything runs, and frozen for a run.

Finding every mistake and writing the run's snapshot belong here; what the rows mean is the models' business.
"""

from __future__ import annotations

import csv
import os
from datetime import date
from pathlib import Path

from ingestion.errors import ClosedloopError
from orchestration.agreement.problem import Problem, errors
from orchestration.agreement.reading import SeedTable, read_seed
from orchestration.agreement.rules import RULES, Terms
from orchestration.agreement.seed_schemas import SEEDS

__all__ = ["AgreementError", "Problem", "check_agreement", "errors", "snapshot"]


class AgreementError(ClosedloopError):
    """The agreement has mistakes; `problems` holds every one of them."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"the agreement has {len(problems)} mistake(s), so nothing was run:\n{lines}")


def check_agreement(seeds_dir: Path, terms: Terms) -> list[Problem]:
    """Every mistake and note of all seeds, in the order of files and lines; an empty list where all is well."""
    return [problem for table in _read(seeds_dir, terms).values() for problem in table.problems]


def snapshot(seeds_dir: Path, target: Path, terms: Terms) -> None:
    """Write the seeds to `target` in one plain form: UTF-8, LF, the columns in order, enumerations in lower case.

    A seed without a file becomes a header. A file whose content did not change keeps its place and time. Raises
    AgreementError when the agreement has mistakes.
    """
    tables = _read(seeds_dir, terms)
    found = errors([problem for table in tables.values() for problem in table.problems])
    if found:
        raise AgreementError(found)
    target.mkdir(parents=True, exist_ok=True)
    for stale in set(target.glob("*.csv")) - {target / seed.file for seed in SEEDS}:
        stale.unlink()
    for table in tables.values():
        _write(table, target / table.seed.file)


def _read(seeds_dir: Path, terms: Terms) -> dict[str, SeedTable]:
    tables = {seed.name: read_seed(seed, seeds_dir) for seed in SEEDS}
    for name, table in tables.items():
        for rule in RULES[name]:
            rule(table, tables, terms)
        table.problems.sort(key=lambda problem: problem.line or 0)
    return tables


def _write(table: SeedTable, path: Path) -> None:
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.seed.header)
        writer.writerows([_cell(row[name]) for name in table.seed.header] for row in table.rows)
    if path.exists() and path.read_bytes() == partial.read_bytes():
        partial.unlink()
        return
    os.replace(partial, path)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
