"""What assets need of a night: the deployment and the one moment all steps of a run share."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from ingestion.errors import ClosedloopError
from ingestion.landing.manifest import ManifestError
from ingestion.landing.safekeeping import keep_copy
from orchestration.alerting.alerts import alert_failure, alert_not_begun, send
from orchestration.alerting.breaches import tell_breaches
from orchestration.data_lock import LockHolder, data_folder_lock
from orchestration.failures import LOGGER as FAILURES
from orchestration.failures import OUTSIDE_STEPS, failures
from orchestration.freshness import freshness
from orchestration.night import Night, moment
from orchestration.run_log import log_run_to
from orchestration.settings import Deployment, alert_urls, load_deployment, naive_utc, now
from orchestration.upkeep.full_disk import full_disk
from orchestration.upkeep.retention import forget

logger = logging.getLogger("closedloop.night")

AS_OF = "closedloop/as_of"
"""Run tag: the moment a run speaks for, ISO-8601."""
SINCE = "closedloop/since"
"""Run tag: the moment from which on sources are read again, ISO-8601."""
ONLY = "closedloop/only"
"""Run tag: what the run brings up to date; a run without it lands everything."""

TELLING = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.ASSET_CHECK_EVALUATION}
"""The events that say what failed."""


def end_broken_off(instance: dg.DagsterInstance, former: LockHolder) -> None:
    """Let Dagster know that a run was killed, which could not say so itself: it would seem to be running for ever."""
    run = instance.get_run_by_id(former.run_id)
    if run is not None and not run.is_finished:
        instance.report_run_failed(run, f"{former} was killed before it ended")


@contextmanager
def plain_errors() -> Iterator[None]:
    """Errors meant for people fail a step with their own words; anything else keeps its traceback."""
    try:
        yield
    except ClosedloopError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    except Exception as error:
        if (full := full_disk(error)) is not None:
            raise dg.Failure(str(full), allow_retries=False) from error
        raise


def _what(run: dg.DagsterRun) -> str:
    return "an intraday run" if ONLY in run.tags else "a night"


class NightResource(dg.ConfigurableResource):
    """The night of the current run, which locks the data folder until it ends. `home` is the deployment's.

    All steps of a run are done in one process, so a kill of it gives the lock back. A run that Dagster launched waits
    for it: nobody is there to start it again.
    """

    home: str
    _deployment: Deployment | None = PrivateAttr(default=None)

    @property
    def deployment(self) -> Deployment:
        if self._deployment is None:
            self._deployment = load_deployment(Path(self.home))
        return self._deployment

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["NightResource"]:
        with ExitStack() as held:
            try:
                self._begin(context, held)
            except Exception as error:
                # No step will fail over it, so nobody would hear of it.
                alert_not_begun(Path(self.home).resolve(), error, _what(context.run))
                raise
            try:
                yield self
            finally:
                self._tell(context.instance, context.run)
                self._tidy(context.instance)

    def _begin(self, context: dg.InitResourceContext, held: ExitStack) -> None:
        """Hold the lock and keep a log until `held` ends, and tell of a run that was killed while it had the lock."""
        layout, run_id = self.deployment.layout, context.run.run_id
        held.enter_context(log_run_to(layout.runs / f"{now():%Y%m%dT%H%M%SZ}", run_id))
        taken = held.enter_context(data_folder_lock(layout, "a run of Dagster", wait=True))
        if taken.broken_off is not None:
            end_broken_off(context.instance, taken.broken_off)
            killed = [(OUTSIDE_STEPS, f"{taken.broken_off} was killed before it ended")]
            alert_failure(self.deployment, taken.broken_off.run_id, killed)
            taken.acknowledge()
        # Not before: killed in between, this run would be the one to be told of.
        taken.name_run(run_id)

    def _tell(self, instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
        """Alert of what failed in the run, else of breaches, and once a night of late data."""
        entries = instance.all_logs(run.run_id, of_type=TELLING)
        failed = list(failures(entry.get_dagster_event() for entry in entries))
        for step, reason in failed:
            logging.getLogger(FAILURES).error("%s: %s", step, reason)
        if failed:
            alert_failure(self.deployment, run.run_id, failed, _what(run))
        else:
            tell_breaches(self.deployment)
        if ONLY in run.tags:
            return
        try:
            late = [str(one) for one in freshness(self.deployment, now()) if one.is_late]
        except ManifestError:
            late = []  # then the run failed over it, and that is told
        if late:
            send(
                alert_urls(self.deployment.home),
                f"closedloop: data of {self.deployment.home.name} are late",
                late,
            )

    def _tidy(self, instance: dg.DagsterInstance) -> None:
        """Keep a copy of the manifest and forget what is old; a night that went well does not fail over either."""
        try:
            keep_copy(self.deployment.layout)
            forget(self.deployment, instance, now())
        except (OSError, sqlite3.Error) as error:
            logger.warning("the manifest was not copied, or old logs not removed: %s", error)

    def night(self, context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> Night:
        """The night of the run that `context` belongs to; every step of a run gets the same moment."""
        record = context.instance.get_run_record_by_id(context.run.run_id)
        created = naive_utc(record.create_timestamp).replace(microsecond=0)
        tags = context.run.tags
        since = naive_utc(datetime.fromisoformat(tags[SINCE])) if SINCE in tags else None
        as_of = moment(self.deployment, tags.get(AS_OF), created)
        return Night(context.run.run_id, as_of, self.deployment, since, tags.get(ONLY))
