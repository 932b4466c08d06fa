"""Measures the pipeline on the sample company beside a plain copy and the floor, and says how they compare.

The order of measuring belongs here; the steps, the rows and the tables have modules of their own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from benchmarks.company import Company, utc
from benchmarks.measuring import Measured, measured
from benchmarks.report import NIGHT, Figures, text, write
from orchestration.settings import load_deployment
from orchestration.transform.parsed_project import parsed_folder

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
NEXT_TO_NOTHING = 20
"""Leads of the company that shows what a night costs whatever the rows."""


def main() -> None:
    """Parse the command line, measure, print, and write the page if asked."""
    asked = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="closedloop-benchmark-", dir=asked.work) as folder:
        _all(asked, Path(folder))


def _all(asked: argparse.Namespace, work: Path) -> None:
    limits = asked.memory_limit, str(asked.threads)
    nothing = _founded(work, NEXT_TO_NOTHING, *limits)
    # Once for a change of the models, not every night: the first transform would count it as a cost of any night.
    parsed_folder(load_deployment(nothing.home).layout)
    fixed = {step: _step(step, nothing, nothing.evening) for step in NIGHT}
    whole = _whole(nothing)
    companies = []
    for leads in asked.leads:
        companies.append(_figures(_founded(work, leads, *limits)))
        tables = text(companies, fixed, whole, _command(asked))
        print(tables, flush=True)
    if asked.write:
        write(PAGE, tables)


def _founded(work: Path, leads: int, memory_limit: str, threads: str) -> Company:
    company = Company(work / str(leads), leads)
    arguments = ["-m", "benchmarks.company", str(company.home), str(leads), memory_limit, threads]
    _tell(leads, measured("generate", arguments))
    return company


def _figures(company: Company) -> Figures:
    steps = ("copy", "floor", "one attribution", *NIGHT, "attribution")
    first = {step: _step(step, company, company.evening) for step in steps}
    company.deliver()
    second = {step: _step(step, company, company.morning) for step in NIGHT}
    return Figures(company.leads, *company.rows(), first, second)


def _step(step: str, company: Company, moment: datetime) -> Measured:
    return _tell(
        company.leads,
        measured(step, ["-m", "benchmarks.steps", step, str(company.home), utc(moment)]),
    )


def _whole(company: Company) -> Measured:
    """`closedloop run` on the next night, in a fresh process, as a schedule would start it."""
    company.deliver()
    command = "from orchestration.cli import main; main()"
    arguments = ["-c", command, "--home", str(company.home), "run", "--as-of", utc(company.morning)]
    return _tell(company.leads, measured("closedloop run", arguments))


def _tell(leads: int, step: Measured) -> Measured:
    print(f"{leads:,} leads, {step.step}: {step.seconds:.1f} s, {step.peak_mb:,.0f} MB", file=sys.stderr)
    return step


def _command(asked: argparse.Namespace) -> str:
    """The command that was given, less where it worked: that is one machine's business."""
    sizes = " ".join(map(str, asked.leads))
    limits = f"--memory-limit {asked.memory_limit} --threads {asked.threads}"
    return f"python -m benchmarks.run --leads {sizes} {limits}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.run",
        description="Measure landing, gate 1, transform, gate 2 and publish on the sample company, beside a plain "
        "DuckDB copy of the same files and a hand-written session on the same rows.",
        epilog="Example: python -m benchmarks.run --leads 20000 200000. One million leads take about 40 GB of disk.",
    )
    parser.add_argument("--leads", type=int, nargs="+", default=[20_000], help="sizes, one company each")
    parser.add_argument(
        "--work", type=Path, help="folder with room to work in; default: that of temporary files"
    )
    parser.add_argument("--memory-limit", default="4GB", help="limit of every DuckDB session (default: 4GB)")
    parser.add_argument("--threads", type=int, default=2, help="threads of every session (default: 2)")
    parser.add_argument("--write", action="store_true", help=f"write the tables to {PAGE.name} of the docs")
    return parser


if __name__ == "__main__":
    main()
