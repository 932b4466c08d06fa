"""When the pipeline runs: its two jobs, their schedules, and a sensor for files that arrive."""

import json
from datetime import UTC, datetime, timedelta

import dagster as dg

from ingestion.sources.files import FileSource
from orchestration.data_lock import holder
from orchestration.defs.resources import ONLY
from orchestration.settings import Deployment, naive_utc, now

NIGHTLY = "nightly"
INTRADAY = "intraday"
FILES_CAME = "closedloop/files_came"
"""Run tag: files came, so the sensor asked for the run."""
PAUSE = timedelta(hours=1)
"""After which a run that failed is asked for again: what passes within minutes, the run itself has waited for."""

nightly = dg.define_asset_job(
    NIGHTLY,
    selection=dg.AssetSelection.all(),
    description="Land what is new, judge it, rebuild the marts, prove that the books balance, publish.",
)

intraday = dg.define_asset_job(
    INTRADAY,
    # The same steps on fewer landed tables: what is published is of one piece, whatever is new in it.
    selection=dg.AssetSelection.all(),
    tags={ONLY: "sla"},
    description="Land what is new in the CRM, move the clocks of the SLA to this moment, publish.",
)


def schedules(deployment: Deployment) -> list[dg.ScheduleDefinition]:
    """When the two jobs run, in the reporting zone. A night waits for the lock; of an hour there is always another."""
    options = deployment.options
    return [
        dg.ScheduleDefinition(
            name="every_night",
            job=nightly,
            # After the exports of midnight have been written.
            cron_schedule=options.nightly_cron,
            execution_timezone=options.vars.reporting_timezone,
            default_status=dg.DefaultScheduleStatus.RUNNING,
            description="Runs the nightly job.",
        ),
        dg.ScheduleDefinition(
            name="in_business_hours",
            job=intraday,
            cron_schedule=options.intraday_cron,
            execution_timezone=options.vars.reporting_timezone,
            should_execute=lambda _: holder(deployment.layout) is None,
            default_status=dg.DefaultScheduleStatus.RUNNING,
            description="Runs the intraday job, unless another run is at work.",
        ),
    ]


def new_files(deployment: Deployment) -> dg.SensorDefinition:
    """A sensor, off until it is switched on: runs the nightly job once the files of the sources stay as they are.

    It compares only what storages say of their files (names, sizes, times). The cursor holds what was `seen` the last
    time and what a run was `asked` for; files that change between two looks are still being sent. A run that failed is
    asked for once more, `again`: where that fails too, the files are to be mended.
    """

    @dg.sensor(
        name="new_files",
        job=nightly,
        minimum_interval_seconds=300,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Runs the nightly job when files arrived and nothing more came for five minutes.",
    )
    def arrived(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        former = json.loads(context.cursor or "{}")
        found = {
            name: source.state()
            for name, source in deployment.sources.items()
            if isinstance(source, FileSource)
        }
        if found == former.get("asked"):
            if former.get("again") or not _failed(context.instance):
                return dg.SkipReason("no file came since the last run")
            return dg.SensorResult(
                run_requests=[dg.RunRequest(tags={FILES_CAME: "true"})],
                cursor=json.dumps({**former, "again": True}),
            )
        if found != former.get("seen"):
            context.update_cursor(json.dumps({**former, "seen": found}))
            return dg.SkipReason("files are coming; waiting until no more do")
        return dg.SensorResult(
            run_requests=[dg.RunRequest(tags={FILES_CAME: "true"})],
            cursor=json.dumps({"seen": found, "asked": found}),
        )

    return arrived


def _failed(instance: dg.DagsterInstance) -> bool:
    """Whether the last nightly run is one that the sensor asked for, and failed some time ago."""
    last = next(iter(instance.get_run_records(dg.RunsFilter(job_name=NIGHTLY), limit=1)), None)
    return (
        last is not None
        and FILES_CAME in last.dagster_run.tags
        and last.dagster_run.status is dg.DagsterRunStatus.FAILURE
        and last.end_time is not None
        and naive_utc(datetime.fromtimestamp(last.end_time, UTC)) <= now() - PAUSE
    )
