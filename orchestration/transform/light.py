"""What dbt is spared in a night: work it does for every node whose outcome nobody reads.

Only ways of saying less and asking directly belong here; what nodes mean and their order stay dbt's. Importing this
imports dbt: do it late.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dbt.events.types import NodeFinished
from dbt.node_types import NodeType
from dbt.task.build import BuildTask
from dbt.task.test import TestResultData, TestRunner
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager, get_event_manager

UNTOLD = (EventLevel.DEBUG, EventLevel.TEST)


class _Terse(EventManager):
    """Events below `info` go nowhere: of twelve thousand in a night, dbt composes ten thousand for no log."""

    def fire_event(
        self, e: BaseEvent, level: EventLevel | None = None, *arguments: Any, **options: Any
    ) -> None:
        if isinstance(e, NodeFinished) or (level or e.level_tag()) not in UNTOLD:
            super().fire_event(e, level, *arguments, **options)


class _Test(TestRunner):
    """A data test as the one query it is. dbt gives each a context of its own with every macro, and its row a table
    whose types are guessed.
    """

    def execute_data_test(self, data_test: Any, manifest: Any) -> TestResultData:
        config = data_test.config
        if config.store_failures or config.limit:
            return super().execute_data_test(data_test, manifest)
        failures = config.fail_calc
        _, cursor = self.adapter.connections.add_query(
            f"select {failures}, {failures} {config.warn_if}, {failures} {config.error_if} from (\n"
            f"{data_test.compiled_code}\n) as dbt_internal_test",
            auto_begin=False,
        )
        return TestResultData(*cursor.fetchone(), adapter_response={})


@contextmanager
def light() -> Iterator[None]:
    """Spare dbt its own ways within the block."""
    manager, runner = get_event_manager(), BuildTask.RUNNER_MAP[NodeType.Test]
    ctx_set_event_manager(_Terse())
    BuildTask.RUNNER_MAP[NodeType.Test] = _Test
    try:
        yield
    finally:
        BuildTask.RUNNER_MAP[NodeType.Test] = runner
        ctx_set_event_manager(manager)
