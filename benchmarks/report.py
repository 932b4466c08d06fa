"""What was measured, as tables: for the screen and for docs/benchmarks.md.

The numbers and what is promised of them belong here; getting them does not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import Measured

INGESTED = ("land", "gate 1")
SERVED = ("transform", "gate 2", "publish")
NIGHT = INGESTED + SERVED
MOST_MB = 8 * 1024
ATTRIBUTION_MODELS = 9
"""Seven that weigh touches, Markov, Shapley; each for four conversions, where the floor's one attribution has one."""

Cost = Callable[[Mapping[str, Measured], Sequence[str]], float]


@dataclass(frozen=True)
class Figures:
    """The steps of one company by name: first night, floor, and the night that brought `new` of `history` rows."""

    leads: int
    history: int
    new: int
    first: Mapping[str, Measured]
    second: Mapping[str, Measured]


def text(companies: Sequence[Figures], fixed: Mapping[str, Measured], whole: Measured, command: str) -> str:
    """All tables as Markdown. `fixed` are the steps on a company of next to nothing, `whole` its `closedloop run`."""
    lines = [f"Made by `{command}` on {machine()}.", ""]
    lines += table(
        ("next to no rows", "seconds", "processor seconds", "peak MB"),
        [(step.step, *_cost(step)) for step in (*fixed.values(), whole)],
    )
    for company in companies:
        lines += ["", f"### {company.leads:,} leads, {company.history:,} rows", ""]
        lines += _steps(company)
        lines += ["", *_claims(company, fixed), ""]
        lines += table(
            ("slowest in dbt", "first night", f"{company.new / company.history:.1%} more"),
            [
                (
                    node,
                    f"{seconds:.1f} s",
                    f"{company.second['transform'].told['seconds'].get(node, 0):.1f} s",
                )
                for node, seconds in _slowest(company.first["transform"], 10)
            ],
        )
    return "\n".join(lines)


def write(page: Path, tables: str, mark: str = "measured") -> None:
    """Put the tables between a page's markers of that name."""
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    written = re.sub(
        f"(?<={begin}\n).*(?={end})", lambda _: f"\n{tables}\n\n", page.read_text("utf-8"), flags=re.DOTALL
    )
    page.write_text(written, "utf-8")


def _steps(company: Figures) -> list[str]:
    rows = []
    for name, step in company.first.items():
        again = company.second.get(name)
        rows.append((name, *_cost(step), f"{step.rows:,}", f"{again.seconds:.1f}" if again else ""))
    heads = ("step", "seconds", "processor seconds", "peak MB", "rows", "next night's seconds")
    return table(heads, rows)


def _cost(step: Measured) -> tuple[str, str, str]:
    return f"{step.seconds:.1f}", f"{step.cpu_seconds:.1f}", f"{step.peak_mb:,.0f}"


def _claims(company: Figures, fixed: Mapping[str, Measured]) -> list[str]:
    first, second = company.first, company.second
    peak = max(step.peak_mb for night in (first, second) for name, step in night.items() if name in NIGHT)

    def both(ratio: Callable[[Cost], str]) -> tuple[str, str]:
        return ratio(lambda steps, names: _sum(steps, names, "seconds")), ratio(
            lambda steps, names: _sum(steps, names, "cpu_seconds")
        )

    def ingested(cost: Cost) -> str:
        return f"{cost(first, INGESTED) / cost(first, ['copy']):.1f}"

    def served(cost: Cost) -> str:
        return f"{cost(first, SERVED) / cost(first, ['floor']):.1f}"

    def attributed(cost: Cost) -> str:
        return f"{cost(first, ['attribution']) / cost(first, ['one attribution']) / ATTRIBUTION_MODELS:.1f}"

    def more(cost: Cost) -> str:
        return f"{(cost(second, NIGHT) - cost(fixed, NIGHT)) / (cost(first, NIGHT) - cost(fixed, NIGHT)):.0%}"

    share = f"{company.new / company.history:.1%}"
    return table(
        ("claim", "seconds", "processor seconds", "at most"),
        [
            ("extract, land and gate 1, in plain copies", *both(ingested), "4"),
            ("landing to published, in floors", *both(served), "5"),
            (
                f"a night with {share} more, of the first one, fixed cost taken off both",
                *both(more),
                "15% for 1%",
            ),
            ("attribution, a model, in the floor's one attribution", *both(attributed), "3"),
            ("peak memory, MB", f"{peak:,.0f}", "", f"{MOST_MB:,}"),
        ],
    )


def _sum(steps: Mapping[str, Measured], names: Sequence[str], cost: str) -> float:
    return sum(getattr(steps[name], cost) for name in names)


def _slowest(transform: Measured, most: int) -> list[tuple[str, float]]:
    return sorted(transform.told["seconds"].items(), key=lambda node: -node[1])[:most]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a Markdown table whose first column is text and the others numbers."""
    rule = ["---", *["---:"] * (len(heads) - 1)]
    return [f"| {' | '.join(cells)} |" for cells in (heads, rule, *rows)]


def machine() -> str:
    """The machine that measures, in words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return f"a machine of {os.cpu_count()} cores and {memory:.0f} GB"
