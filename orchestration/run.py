"""One night through Dagster in this process: the nightly job, what failed in words, what is live afterwards.

Used by the command line; Dagster's own schedule runs the same job. What the steps do is said in `defs`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from orchestration.data_lock import data_folder_lock
from orchestration.failures import OUTSIDE_STEPS, failure_outside_steps, failures
from orchestration.night import Only
from orchestration.publish import Publication, current_if_readable
from orchestration.settings import REPOSITORY, Deployment
from orchestration.transform.warehouse import discard

if TYPE_CHECKING:
    from dagster import DagsterInstance

QUIET = {"console": {"config": {"log_level": "CRITICAL"}}}
"""Dagster's own lines stay off the screen: the work's logger tells the same in fewer words, the outcome the rest."""
MISSING_CHECKS = "dagster._core.execution.plan.active"
"""Where Dagster warns of every check without a result: all of them, in a night that finds nothing to do."""


@dataclass(frozen=True)
class NightOutcome:
    """What came of a night. `failures` holds (step, what was found, expected and to do), empty when it went well.

    `before` and `live` are the publication before and after the night; equal ones mean that nothing was published.
    """

    run_id: str
    failures: tuple[tuple[str, str], ...]
    before: Publication | None
    live: Publication | None

    @property
    def succeeded(self) -> bool:
        return not self.failures

    @property
    def is_unchanged(self) -> bool:
        """True when the night succeeded without a new version: nothing had changed."""
        return self.succeeded and self.before is not None and self.before.version == self.live.version


def run_night(
    deployment: Deployment,
    as_of: datetime | None = None,
    *,
    full_refresh: bool = False,
    since: datetime | None = None,
    only: Only | None = None,
    wait: bool = False,
) -> NightOutcome:
    """Run the nightly job once, or with `only` the intraday one. Failures within it are in the outcome, not raised.

    `full_refresh` drops the warehouse first: it holds nothing that cannot be rebuilt from the landing. With
    `since`, what the sources have from that moment on is landed again. Raises InUse when another process writes to the
    data folder and `wait` is false.
    """
    with data_folder_lock(deployment.layout, "closedloop run", wait=wait):
        return _run(deployment, as_of, full_refresh, since, only)


def _run(
    deployment: Deployment,
    as_of: datetime | None,
    full_refresh: bool,
    since: datetime | None,
    only: Only | None,
) -> NightOutcome:
    from orchestration.definitions import assemble
    from orchestration.defs.automation import INTRADAY, NIGHTLY
    from orchestration.defs.resources import AS_OF, SINCE

    logging.getLogger(MISSING_CHECKS).setLevel(logging.ERROR)
    layout = deployment.layout
    before = current_if_readable(layout.published)
    if full_refresh:
        discard(layout.warehouse)
    with dagster_instance(deployment) as instance:
        job = assemble(deployment).resolve_job_def(INTRADAY if only else NIGHTLY)
        asked = {AS_OF: as_of, SINCE: since}
        tags = {name: moment.isoformat() for name, moment in asked.items() if moment is not None}
        result = job.execute_in_process(
            instance=instance, raise_on_error=False, tags=tags, run_config={"loggers": QUIET}
        )
    failed = tuple(failures(result.all_events))
    if not (failed or result.success):
        failed = ((OUTSIDE_STEPS, failure_outside_steps(result.all_events)),)
    return NightOutcome(result.run_id, failed, before, current_if_readable(layout.published))


@contextmanager
def dagster_instance(deployment: Deployment) -> Iterator[DagsterInstance]:
    """The Dagster instance of the deployment, where its runs are remembered."""
    # Imported late: Dagster takes seconds, and most commands need none of it.
    import dagster as dg

    deployment.layout.dagster.mkdir(parents=True, exist_ok=True)
    os.environ["CLOSEDLOOP_DAGSTER_HOME"] = str(deployment.layout.dagster)
    with dg.DagsterInstance.from_config(str(REPOSITORY)) as instance:
        yield instance
