"""The nights that were run, as Dagster remembers them.

What a night published stands in the publication's manifest, what it landed in the landing's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from orchestration.run import dagster_instance
from orchestration.settings import Deployment


@dataclass(frozen=True)
class PastNight:
    """One run. `started` and `ended` are naive UTC; `status` is succeeded, failed, canceled, running or broken off."""

    run_id: str
    status: str
    started: datetime | None
    ended: datetime | None


def last_nights(deployment: Deployment, count: int) -> list[PastNight]:
    """The newest `count` nights, the newest first."""
    if not deployment.layout.dagster.exists():
        return []
    with dagster_instance(deployment) as instance:
        records = instance.get_run_records(limit=count)
    return [_night(record, is_newest=at == 0) for at, record in enumerate(records)]


def _night(record, *, is_newest: bool) -> PastNight:
    words = {"SUCCESS": "succeeded", "FAILURE": "failed", "CANCELED": "canceled"}
    # A killed run never says that it ended; runs follow each other, so only the newest can still be running.
    status = words.get(record.dagster_run.status.value, "running" if is_newest else "broken off")
    return PastNight(record.dagster_run.run_id, status, _moment(record.start_time), _moment(record.end_time))


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
