"""What dbt is spared in a night: work it does for every node whose outcome nobody reads.

Only ways of saying less and asking directly belong here; what nodes mean and their order stay dbt's. Importing this
imports dbt: do it late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dbt.contracts.graph.nodes import GenericTestNode
from dbt.events.types import NodeFinished
from dbt.node_types import NodeType
from dbt.task.build import BuildTask
from dbt.task.test import TestResultData, TestRunner
from dbt_common.behavior_flags import BehaviorFlagRendered
from dbt_common.events.base_types import BaseEvent, DebugLevel, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager, get_event_manager

UNTOLD = (EventLevel.DEBUG, EventLevel.TEST)


class _Terse(EventManager):
    """Events below `info` go nowhere: no log of a night has them."""

    def fire_event(
        self, e: BaseEvent, level: EventLevel | None = None, *arguments: Any, **options: Any
    ) -> None:
        if isinstance(e, NodeFinished) or not (
            isinstance(e, DebugLevel) or (level or e.level_tag()) in UNTOLD
        ):
            super().fire_event(e, level, *arguments, **options)


def _uncomposed(event: DebugLevel, *arguments: Any, **said: Any) -> None:
    """An event that goes nowhere stays empty: a night has ten thousand, and composing one costs what a query does."""
    if isinstance(event, NodeFinished):
        BaseEvent.__init__(event, *arguments, **said)


class _Test(TestRunner):
    """A data test as the one query it is. dbt gives each a context of its own with every macro, and its row a table
    whose types are guessed.
    """

    def compile(self, manifest: Any) -> Any:
        # Generic tests come compiled with the manifest: nothing in them depends on a night.
        is_ready = isinstance(self.node, GenericTestNode) and self.node.compiled_code
        return self.node if is_ready else super().compile(manifest)

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
    former = get_event_manager(), BuildTask.RUNNER_MAP[NodeType.Test], BehaviorFlagRendered._default_source
    _set(_Terse(), _Test, _unknown)
    DebugLevel.__init__ = _uncomposed
    try:
        yield
    finally:
        del DebugLevel.__init__  # it is BaseEvent's again
        _set(*former)


def _unknown() -> str:
    """Which module a flag of an adapter comes from. dbt looks through the stack and all modules for it, a second long
    inside Dagster, for an event that is never told.
    """
    return "Unknown"


def _set(manager: EventManager, runner: type[TestRunner], source: Callable[[], str]) -> None:
    ctx_set_event_manager(manager)
    BuildTask.RUNNER_MAP[NodeType.Test] = runner
    BehaviorFlagRendered._default_source = staticmethod(source)
