"""The log of a run: kept whoever starts the run, line by line readable by programs, and never the reason it fails."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import dagster as dg
import pytest

from ingestion.errors import ClosedloopError
from orchestration.defs.resources import NightResource, plain_errors
from orchestration.run_log import log_run_to
from tests.deployments import lay_out

logger = logging.getLogger("closedloop.landing")


@dg.asset
def broken(nights: NightResource) -> None:
    logger.info("landed crm_lead")
    with plain_errors():
        raise ClosedloopError("gate 1 refused 1 load(s) of crm_lead:\n  line 3")


def said(home: Path) -> list[dict]:
    (log,) = (home / "data" / "runs").rglob("night.jsonl")
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()]


def test_a_run_of_dagster_keeps_its_log_with_what_failed(tmp_path: Path) -> None:
    tables = {"crm_lead": {"path": "leads.csv"}}
    home = lay_out(tmp_path / "acme", {"sources": {"crm": {"type": "files", "tables": tables}}})
    with dg.DagsterInstance.ephemeral() as instance:
        run = dg.materialize(
            [broken],
            resources={"nights": NightResource(home=str(home))},
            instance=instance,
            raise_on_error=False,
        )
    lines = said(home)
    assert {line["run_id"] for line in lines} == {run.run_id}
    assert [(line["level"], line["logger"], line["message"]) for line in lines] == [
        ("info", "closedloop.landing", "landed crm_lead"),
        ("error", "closedloop.failures", "broken: gate 1 refused 1 load(s) of crm_lead:\n  line 3"),
    ]


def test_a_traceback_is_part_of_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "runs" / "20260701T000000Z"
    with log_run_to(folder, "run-1"):
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            logger.exception("a step broke")
    logger.error("said after the run")
    (line,) = said(tmp_path)
    assert (line["level"], line["message"]) == ("error", "a step broke")
    assert "ZeroDivisionError" in line["traceback"]


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "runs").write_text("a file where a folder should be")
    with log_run_to(tmp_path / "runs" / "20260701T000000Z", "run-1"):
        logger.warning("the work goes on")
    assert "the log of this run is not kept" in caplog.messages[0]
    assert caplog.messages[1] == "the work goes on"
