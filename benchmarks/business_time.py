"""Measures business time beside a calendar walk of day grain on the same clocks, and says how they compare.

Clocks, walk and table are here; the models and macros that are measured are the project's own.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from datetime import datetime
from pathlib import Path

import duckdb

from benchmarks.report import machine, table, write
from ingestion.landing.manifest import Manifest
from orchestration.deployment.scaffolding import SEEDS
from orchestration.settings import Deployment, Options
from orchestration.transform.dbt import variables
from orchestration.transform.invocation import invoke
from orchestration.transform.landing_views import prepare_landing
from orchestration.transform.project import lay_out
from orchestration.transform.warehouse import connect

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
MARK = "business time"
AS_OF = datetime(2026, 7, 1)
THREADS = 2
MOST_SHARE = 0.03

CLOCKS = """
create or replace table clocks as
select
    number as clock,
    ['americas', 'emea', 'apac'][1 + number % 3] as calendar_id,
    timestamp '2024-08-01' + to_seconds((hash(number) % 57000000)::bigint) as started_at,
    started_at + to_seconds((hash(number, 1) % (30 * 86400))::bigint) as ended_at,
    cast(15 * (1 + hash(number, 2) % 160) as double) as target_minutes
from range({clocks}) as numbers (number)
"""
"""Clocks over two years that run up to thirty days, with targets of 15 minutes to forty hours, typed as the models have
them."""

MACROS = {
    "durations": "{{ business_durations('clocks', 'clock', 'calendar_id', 'started_at', 'ended_at') }}",
    "dues": "{{ business_due('clocks', 'clock', 'calendar_id', 'started_at', 'target_minutes') }}",
}

WALK = {
    "durations": """
        select clock, coalesce(
            sum(epoch_us(finish) - epoch_us(begin)) filter (opened_at is not null and begin < finish), 0
        ) / 60000000.0 as business_minutes
        from (
            select days.clock, opened_at, greatest(started_at, opened_at) as begin,
                least(ended_at, closed_at) as finish
            from (
                select *, unnest(generate_series(started_at::date - 1, ended_at::date + 1, interval 1 day))::date
                    as local_date
                from clocks
            ) as days
            left join intermediate.int_time__openings as openings
                on days.calendar_id = openings.calendar_id and days.local_date = openings.opens_on
        ) as pieces
        group by clock
    """,
    "dues": """
        select clock, min(begin + to_microseconds(target - open_before)) as due_at
        from (
            select *, coalesce(sum(open_micros) over (
                partition by clock order by begin rows between unbounded preceding and 1 preceding
            ), 0)::bigint as open_before
            from (
                select days.clock, target, greatest(started_at, opened_at) as begin,
                    epoch_us(closed_at) - epoch_us(begin) as open_micros
                from (
                    select *, (target_minutes * 60000000)::bigint as target, unnest(generate_series(
                        started_at::date - 1, started_at::date + {horizon}, interval 1 day
                    ))::date as local_date
                    from clocks
                ) as days
                inner join intermediate.int_time__openings as openings
                    on days.calendar_id = openings.calendar_id and days.local_date = openings.opens_on
                where closed_at > started_at
            ) as pieces
        ) as walked
        where open_before < target and open_before + open_micros >= target
        group by clock
    """,
}
"""The walk: every date of a clock beside its opening intervals, added up; due times are searched up to a horizon."""
HORIZON = 60
"""Days; forty hours over the longest holidays take less."""


def main() -> None:
    """Parse the command line, measure, print, and write the page if asked."""
    asked = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="closedloop-benchmark-", dir=asked.work) as folder:
        tables = _measured(Path(folder), asked.clocks, asked.memory_limit)
    print(tables)
    if asked.write:
        write(PAGE, tables, MARK)


def _measured(home: Path, sizes: list[int], memory_limit: str) -> str:
    shutil.copytree(SEEDS, home / "seeds", ignore=shutil.ignore_patterns("*.md"))
    deployment = Deployment(home, Options(as_of=AS_OF), sources={})
    queries = _built(deployment)
    rows, claims, linear = [], [], []
    with connect(deployment.layout.warehouse, memory_limit, THREADS) as connection:
        for clocks in sizes:
            connection.execute(CLOCKS.format(clocks=clocks))
            cost = {name: _cost(connection, name, query) for name, query in queries.items()}
            linear.append((clocks, sum(cpu for _, cpu in cost.values())))
            # The walk is far from linear in memory: it is walked once, where it fits.
            walked = {}
            if clocks == sizes[0]:
                walked = {name: _cost(connection, f"walked_{name}", _walk(name)) for name in queries}
                _compare(connection)
                share = sum(cpu for _, cpu in cost.values()) / sum(cpu for _, cpu in walked.values())
                claims.append(
                    (f"{clocks:,} durations and dues, of the walk", f"{share:.1%}", f"{MOST_SHARE:.0%}")
                )
            for name in queries:
                rows.append((f"{clocks:,} {name}", *_told(cost[name]), *_told(walked.get(name))))
    for clocks, cpu in linear[1:]:
        grown = (cpu / linear[0][1]) / (clocks / linear[0][0])
        claims.append(
            (
                f"cost of a clock among {clocks:,}, of one among {linear[0][0]:,}",
                f"{grown:.0%}",
                "linear: 100%",
            )
        )
    heads = ("clocks", "seconds", "processor seconds", "walk's seconds", "walk's processor seconds")
    sizes_told = " ".join(map(str, sizes))
    made = f"Made by `python -m benchmarks.business_time --clocks {sizes_told}` on {machine()}."
    return "\n".join([made, "", *table(heads, rows), "", *table(("claim", "measured", "at most"), claims)])


def _built(deployment: Deployment) -> dict[str, str]:
    """The SQL of both macros, on the sample's calendars as the models lay them out."""
    project, layout = lay_out(deployment), deployment.layout
    with connect(layout.warehouse, "1GB", THREADS) as connection:
        prepare_landing(connection, layout, Manifest(layout.manifest_db), "UTC")
    given = ["--vars", json.dumps(variables(deployment, AS_OF))]
    built = ["build", "--select", "+int_time__due_segments", "--exclude-resource-type", "test", "unit_test"]
    invoke(project, [*built, *given], layout.warehouse, "1GB", threads=THREADS)
    queries = {}
    for name, inline in MACROS.items():
        (compiled,) = invoke(
            project, ["compile", "--inline", inline, *given], layout.warehouse, "1GB"
        ).result.results
        queries[name] = compiled.node.compiled_code
    return queries


def _walk(name: str) -> str:
    return WALK[name].replace("{horizon}", str(HORIZON))


def _cost(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> tuple[float, float]:
    """Seconds on the wall and of the processor that a query takes, its rows written to a table of that name."""
    wall, cpu = time.monotonic(), time.process_time()
    connection.execute(f"create or replace table {name} as {query}")
    return time.monotonic() - wall, time.process_time() - cpu


def _compare(connection: duckdb.DuckDBPyConnection) -> None:
    """Raises SystemExit where walk and macros disagree: a fast wrong answer is no benchmark."""
    for name, column in (("durations", "business_minutes"), ("dues", "due_at")):
        (different,) = connection.execute(
            f"select count(*) from {name} full join walked_{name} as walked using (clock)"
            f" where {name}.{column} is distinct from walked.{column}"
        ).fetchone()
        if different:
            raise SystemExit(f"{different} {name} differ from the walk's")


def _told(cost: tuple[float, float] | None) -> tuple[str, ...]:
    return tuple(f"{seconds:.1f}" for seconds in cost) if cost else ("", "")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.business_time",
        description="Measure business durations and due times beside a calendar walk in SQL on the same clocks.",
        epilog="Example: python -m benchmarks.business_time --clocks 1000000 10000000 --write",
    )
    parser.add_argument(
        "--clocks", type=int, nargs="+", default=[1_000_000], help="numbers of clocks, smallest first"
    )
    parser.add_argument(
        "--work", type=Path, help="folder with room to work in; default: that of temporary files"
    )
    parser.add_argument("--memory-limit", default="4GB", help="limit of the DuckDB session (default: 4GB)")
    parser.add_argument("--write", action="store_true", help=f"write the tables to {PAGE.name} of the docs")
    return parser


if __name__ == "__main__":
    main()
