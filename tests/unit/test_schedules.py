"""When the jobs of Dagster run: what closedloop.yml may say of it, and when an hour is left out.

What a run does is tested in the integration tests.
"""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from orchestration.data_lock import data_folder_lock
from orchestration.defs.automation import schedules
from orchestration.settings import Deployment, load_deployment, read_deployment
from tests.deployments import lay_out


def deployment(home: Path, **options: object) -> Deployment:
    tables = {"crm_lead": {"path": "leads.csv"}}
    return load_deployment(
        lay_out(home, {"sources": {"crm": {"type": "files", "tables": tables}}, **options})
    )


def test_by_default_a_night_and_every_hour_of_business(tmp_path: Path) -> None:
    told = deployment(tmp_path, vars={"reporting_timezone": "Europe/Berlin"})
    assert [(one.name, one.cron_schedule, one.execution_timezone) for one in schedules(told)] == [
        ("every_night", "30 2 * * *", "Europe/Berlin"),
        ("in_business_hours", "0 8-18 * * 1-5", "Europe/Berlin"),
    ]


def test_closedloop_yml_says_when(tmp_path: Path) -> None:
    told = deployment(tmp_path, nightly_cron="0 4 * * *", intraday_cron="*/20 7-19 * * 1,2,3")
    assert [one.cron_schedule for one in schedules(told)] == ["0 4 * * *", "*/20 7-19 * * 1,2,3"]


@pytest.mark.parametrize(
    "text", ["hourly", "0 8-18 * *", "60 * * * *", "0 18-8 * * *", "0 24 * * *", "0 8/0 * * *", "0 8, * * *"]
)
def test_what_is_no_schedule_is_told_with_its_line(tmp_path: Path, text: str) -> None:
    lay_out(tmp_path, f"sources: {{}}\nintraday_cron: {text!r}\n")
    problem = next(one for one in read_deployment(tmp_path)[1] if one.column == "intraday_cron")
    assert problem.line == 2
    assert "five fields of numbers" in problem.expected


def test_an_hour_in_which_a_run_is_at_work_is_left_out(tmp_path: Path) -> None:
    told = deployment(tmp_path)
    hourly = schedules(told)[1]
    with dg.DagsterInstance.ephemeral() as instance, data_folder_lock(told.layout, "closedloop run"):
        skipped = hourly.evaluate_tick(dg.build_schedule_context(instance))
    assert skipped.run_requests == []
    with dg.DagsterInstance.ephemeral() as instance:
        assert len(hourly.evaluate_tick(dg.build_schedule_context(instance)).run_requests) == 1
