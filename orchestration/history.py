"""The nights that were run, as Dagster remembers them.

What a night published stands in the publication's manifest, what it landed in the landing's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from orchestration.data_lock import LockHolder, holder
from orchestration.run import dagster_instance
from orchestration.settings import Deployment, naive_utc

if TYPE_CHECKING:
    from dagster import RunRecord


@dataclass(frozen=True)
class PastNight:
    """One run. `started` and `ended` are naive UTC.

    `only` is what the run was to bring up to date, None for everything. `status` is succeeded, failed, canceled,
    running, waiting for another process, or broken off by a kill.
    """

    run_id: str
    only: str | None
    status: str
    started: datetime | None
    ended: datetime | None


def last_nights(deployment: Deployment, count: int) -> list[PastNight]:
    """The newest `count` nights, the newest first."""
    if not deployment.layout.dagster.exists():
        return []
    with dagster_instance(deployment) as instance:
        records = instance.get_run_records(limit=count)
    writing = holder(deployment.layout)
    return [_night(record, writing) for record in records]


def _night(record: RunRecord, writing: LockHolder | None) -> PastNight:
    from orchestration.defs.resources import ONLY

    run = record.dagster_run
    words = {"SUCCESS": "succeeded", "FAILURE": "failed", "CANCELED": "canceled"}
    status = words.get(run.status.value) or _unfinished(
        naive_utc(record.create_timestamp), run.run_id, writing
    )
    return PastNight(
        run.run_id, run.tags.get(ONLY), status, _moment(record.start_time), _moment(record.end_time)
    )


def _unfinished(created: datetime, run_id: str, writing: LockHolder | None) -> str:
    """A killed run never says that it ended, but it no longer has the lock."""
    if writing is None:
        return "broken off"
    if run_id == writing.run_id:
        return "running"
    return "waiting" if created >= writing.since else "broken off"


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
