"""What assets need of a night: the deployment and the one moment all steps of a run share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from ingestion.errors import ClosedloopError
from orchestration.night import Night, moment
from orchestration.settings import Deployment, load_deployment, naive_utc
from orchestration.turns import Holder, turn

AS_OF = "closedloop/as_of"
"""Run tag: the moment a run speaks for, ISO-8601."""


def end_broken_off(instance: dg.DagsterInstance, former: Holder) -> None:
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


class NightResource(dg.ConfigurableResource):
    """The night of the current run, which has the turn at the data folder until it ends. `home` is the deployment's.

    All steps of a run are done in one process, so a kill of it gives the turn back. A run that Dagster launched waits
    for its turn: nobody is there to start it again.
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
        with turn(self.deployment.layout, "a run of Dagster", wait=True) as taken:
            taken.name_run(context.run.run_id)
            if taken.broken_off is not None and taken.broken_off.run_id is not None:
                end_broken_off(context.instance, taken.broken_off)
            yield self

    def night(self, context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> Night:
        """The night of the run that `context` belongs to; every step of a run gets the same moment."""
        record = context.instance.get_run_record_by_id(context.run.run_id)
        created = naive_utc(record.create_timestamp).replace(microsecond=0)
        return Night(
            context.run.run_id, moment(self.deployment, context.run.tags.get(AS_OF), created), self.deployment
        )
