"""What failed in a run, in words, out of the events that Dagster keeps of it.

Telling it on the screen or to people far away is done elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster import DagsterEvent

OUTSIDE_STEPS = "run"
"""What is named as the step of what failed where no step was at work."""
LOGGER = "closedloop.failures"
"""Who says in a run's log what failed in it."""


def failures(events: Iterable[DagsterEvent]) -> Iterator[tuple[str, str]]:
    """Step and reason of every step that failed and every blocking check that did not pass, in their order."""
    for event in events:
        if event.is_step_failure:
            data = event.step_failure_data
            if (data.error.cls_name if data.error else None) == "DagsterAssetCheckFailedError":
                continue  # told by the check's own evaluation
            if data.user_failure_data is not None:
                yield event.step_key, data.user_failure_data.description
            else:
                yield event.step_key, (data.error.cause or data.error).message.strip()
        elif event.event_type_value == "ASSET_CHECK_EVALUATION":
            check = event.asset_check_evaluation_data
            if not check.passed and check.blocking and check.severity.value == "ERROR":
                found = ", ".join(f"{name} {value.value}" for name, value in check.metadata.items())
                yield (
                    event.step_key,
                    f"check {check.check_name} of {check.asset_key.to_user_string()} failed: {found}",
                )


def failure_outside_steps(events: Iterable[DagsterEvent]) -> str:
    """Why a run failed in which no step did: a resource that could not begin, or the run's own end, as after Ctrl-C."""
    reason = "it ended without saying why"
    for event in events:
        if event.event_type_value == "RESOURCE_INIT_FAILURE" and event.engine_event_data.error is not None:
            return event.engine_event_data.error.message.strip()
        if event.is_job_failure or event.event_type_value == "PIPELINE_CANCELED":
            reason = event.message or reason
    return reason
