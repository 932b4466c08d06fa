"""When the pipeline runs: the nightly job and its schedule."""

import dagster as dg

NIGHTLY = "nightly"

nightly = dg.define_asset_job(
    NIGHTLY,
    selection=dg.AssetSelection.all(),
    description="Land what is new, judge it, rebuild the marts, prove that the books balance, publish.",
)

every_night = dg.ScheduleDefinition(
    name="every_night",
    job=nightly,
    # After the exports of midnight have been written; in the zone of the machine that runs the daemon.
    cron_schedule="30 2 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Runs the nightly job at half past two.",
)
