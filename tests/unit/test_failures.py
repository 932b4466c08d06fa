"""What failed in a run: where no step did, it is a failure all the same; a check that fails its step is told once.

Failures of steps are tested where they arise.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest

from ingestion.errors import ClosedloopError
from orchestration.defs.automation import NIGHTLY
from orchestration.failures import failures
from orchestration.run import MISSING_CHECKS
from tests.conftest import Call
from tests.deployments import lay_out, night


class Unready(dg.ConfigurableResource):
    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Unready]:
        raise ClosedloopError("the folder is not there")
        yield self


class Interrupted(dg.ConfigurableResource):
    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Interrupted]:
        raise KeyboardInterrupt
        yield self


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """A deployment whose night has one step, which needs the test's resource."""

    @dg.asset(required_resource_keys={"nights"})
    def step() -> None: ...

    definitions = dg.Definitions(
        [step],
        jobs=[dg.define_asset_job(NIGHTLY)],
        resources={"nights": request.param()},
        executor=dg.in_process_executor,
    )
    monkeypatch.setattr("orchestration.definitions.assemble", lambda _: definitions)
    tables = {"crm_lead": {"path": "leads.csv"}}
    return lay_out(tmp_path / "acme", {"sources": {"crm": {"type": "files", "tables": tables}}})


@pytest.mark.parametrize(
    ("home", "reason"),
    [(Unready, "the folder is not there"), (Interrupted, "Execution was interrupted")],
    indirect=["home"],
)
def test_a_run_that_fails_outside_its_steps_failed(home: Path, reason: str) -> None:
    outcome = night(home)
    ((step, said),) = outcome.failures
    assert step == "run"
    assert reason in said


@pytest.mark.parametrize("home", [Unready], indirect=True)
def test_the_command_says_that_it_failed(home: Path, call: Call) -> None:
    result = call("--home", home, "run")
    assert result.status == 1
    assert "the folder is not there" in result.out
    assert "The night failed after" in result.out


def judged(is_new: bool) -> dg.ExecuteInProcessResult:
    """A run whose second step has a blocking check that fails, or is skipped as nothing is new."""

    @dg.asset(output_required=False)
    def landed() -> Iterator[dg.Output[None]]:
        if is_new:
            yield dg.Output(None)

    @dg.asset(deps=[landed], check_specs=[dg.AssetCheckSpec("sound", asset="built", blocking=True)])
    def built() -> dg.MaterializeResult:
        failed = dg.AssetCheckResult(passed=False, check_name="sound", metadata={"rows": 3})
        return dg.MaterializeResult(check_results=[failed])

    @dg.asset(deps=[built])
    def published() -> None: ...

    return dg.materialize([landed, built, published], raise_on_error=False)


def test_a_check_that_fails_its_step_is_told_once() -> None:
    result = judged(is_new=True)
    assert not result.success
    assert list(failures(result.all_events)) == [("built", "check sound of built failed: rows 3")]


def test_missing_checks_are_told_by_the_logger_that_a_night_silences(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING, MISSING_CHECKS)
    assert judged(is_new=False).success
    told = {record.name for record in caplog.records if "emitted no result" in record.getMessage()}
    assert told == {MISSING_CHECKS}
