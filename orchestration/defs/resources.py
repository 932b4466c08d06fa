"""What assets need of a night: the deployment and the one moment all steps of a run share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from ingestion.errors import ClosedloopError
from orchestration.night import Night, moment
from orchestration.settings import Deployment, load_deployment, naive_utc

AS_OF = "closedloop/as_of"
"""Run tag: the moment a run speaks for, ISO-8601."""


@contextmanager
def plain_errors() -> Iterator[None]:
    """Errors meant for people fail a step with their own words; anything else keeps its traceback."""
    try:
        yield
    except ClosedloopError as error:
        raise dg.Failure(str(error), allow_retries=False) from error


class NightResource(dg.ConfigurableResource):
    """The night of the current run. `home` is the deployment's folder."""

    home: str
    _deployment: Deployment | None = PrivateAttr(default=None)

    @property
    def deployment(self) -> Deployment:
        if self._deployment is None:
            self._deployment = load_deployment(Path(self.home))
        return self._deployment

    def night(self, context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> Night:
        """The night of the run that `context` belongs to; every step of a run gets the same moment."""
        record = context.instance.get_run_record_by_id(context.run.run_id)
        created = naive_utc(record.create_timestamp).replace(microsecond=0)
        return Night(
            context.run.run_id, moment(self.deployment, context.run.tags.get(AS_OF), created), self.deployment
        )
