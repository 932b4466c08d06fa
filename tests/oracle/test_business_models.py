"""The models and macros of business time against the calendar walk: tens of thousands of clocks in one run.

The walk itself is tested beside it; which clock is asked of which calendar is no business of either.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from random import Random

import pyarrow as pa

from ingestion.landing.manifest import Manifest
from orchestration.transform.dbt import variables
from orchestration.transform.invocation import invoke
from orchestration.transform.landing_views import prepare_landing
from orchestration.transform.project import lay_out
from orchestration.transform.warehouse import connect
from tests.oracle.business_time import calendars
from tests.oracle.calendar_worlds import PLACES, calendar_seeds, clocks
from tests.oracle.warehouse import deployment_with

AS_OF = datetime(2025, 1, 31)
CALENDARS, CLOCKS = 52, 600
MACROS = """
with durations as (
    {{ business_durations('clocks', 'clock', 'calendar_id', 'started_at', 'ended_at') }}
),
dues as (
    {{ business_due('clocks', 'clock', 'calendar_id', 'started_at', 'target_minutes') }}
)
select clock, business_minutes, is_covered, due_at from durations inner join dues using (clock)
"""


def worlds() -> tuple[dict[str, list[dict]], list[dict]]:
    """The seeds of many calendars, and clocks that ask them. Targets reach back as far as the clocks do."""
    seeds: dict[str, list[dict]] = {
        "targets": [{"month": date(2011, 12, 1), "metric": "leads", "channel": "all", "target": 1}]
    }
    asked = []
    for number in range(CALENDARS):
        random = Random(f"calendar {number}")
        zone, near = PLACES[number % len(PLACES)]
        for name, rows in calendar_seeds(random, f"Calendar {number}", zone, near).items():
            seeds.setdefault(name, []).extend(rows)
        for clock in clocks(random, near, CLOCKS):
            asked.append(clock | {"calendar_id": f" calendar {number}"})
    nowhere = [clock | {"calendar_id": name} for clock in asked[:5] for name in (None, "nowhere")]
    return seeds, [clock | {"clock": number} for number, clock in enumerate([*asked, *nowhere])]


def answers(seeds: dict[str, list[dict]], asked: list[dict], folder: Path) -> list[tuple]:
    """(clock, business_minutes, is_covered, due_at) of every clock, in order, as the models and macros compute them."""
    deployment = deployment_with(folder, seeds, {"as_of": AS_OF})
    project, layout = lay_out(deployment), deployment.layout
    given = json.dumps(variables(deployment, AS_OF))
    with connect(layout.warehouse, "2GB", 2) as connection:
        prepare_landing(connection, layout, Manifest(layout.manifest_db), "UTC")
        columns = ("clock", "calendar_id", "started_at", "ended_at", "target_minutes")
        rows = pa.table({name: [row[name] for row in asked] for name in columns})
        connection.register("asked", rows)
        connection.execute("create table clocks as select * from asked")
    built = ["build", "--select", "+int_time__due_segments", "--exclude-resource-type", "test", "unit_test"]
    results = invoke(project, [*built, "--vars", given], layout.warehouse, "2GB", threads=2).result.results
    assert {str(result.status) for result in results} == {"success"}
    inline = ["compile", "--inline", MACROS, "--vars", given]
    (compiled,) = invoke(project, inline, layout.warehouse, "2GB").result.results
    with connect(layout.warehouse, "2GB", 2, read_only=True) as connection:
        return connection.execute(f"{compiled.node.compiled_code} order by clock").fetchall()


def test_the_models_give_what_the_calendar_walk_gives(tmp_path: Path) -> None:
    seeds, asked = worlds()
    walks = calendars(seeds["business_calendars"], seeds["business_hours"], seeds["calendar_exceptions"])
    found = answers(seeds, asked, tmp_path)
    assert len(found) == len(asked) > 30_000
    for clock, (number, minutes, is_covered, due_at) in zip(asked, found, strict=True):
        walk = walks.get((clock["calendar_id"] or "").strip())
        expected = due = None
        if walk is not None:
            expected = walk.business_minutes(clock["started_at"], clock["ended_at"])
            due = walk.due_at(clock["started_at"], clock["target_minutes"])
        assert (number, is_covered, due_at) == (clock["clock"], expected is not None, due), clock
        assert minutes is expected is None or abs(minutes - expected) < 1e-6, (clock, minutes, expected)
