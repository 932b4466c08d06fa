"""Patches that dbt runs under in a night: it is spared work that it does for every node and whose outcome nobody reads.

Only ways of saying less and asking directly belong here; what nodes mean and their order stay dbt's. Importing this
imports dbt: do it late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from dbt import compilation
from dbt.artifacts.schemas.results import NodeStatus
from dbt.compilation import Linker
from dbt.context.providers import ModelContext, RuntimeProvider
from dbt.contracts.graph.nodes import GenericTestNode, ModelNode, ParsedNode
from dbt.node_types import NodeType
from dbt.task import run
from dbt.task.build import BuildTask
from dbt.task.run import ModelRunner
from dbt.task.run_operation import RunOperationTask
from dbt.task.seed import SeedRunner
from dbt.task.test import TestResultData, TestRunner
from dbt_common.behavior_flags import BehaviorFlagRendered
from dbt_common.clients.jinja import BaseMacroGenerator
from dbt_common.dataclass_schema import dbtClassMixin
from dbt_common.events.base_types import BaseEvent, DebugLevel, EventLevel, InfoLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager, get_event_manager

OnResult = Callable[[Any], None]
"""Called with dbt's result of each node as it is finished."""

LOGGED_LEVELS = (EventLevel.WARN, EventLevel.ERROR)
"""The levels that stand in dbt.log."""


class _Terse(EventManager):
    """Events below a warning go nowhere: no log of a night has them, and what came of each node is in the results."""

    def fire_event(
        self, e: BaseEvent, level: EventLevel | None = None, *arguments: Any, **options: Any
    ) -> None:
        if not isinstance(e, (DebugLevel, InfoLevel)) and (level or e.level_tag()) in LOGGED_LEVELS:
            super().fire_event(e, level, *arguments, **options)


def _uncomposed(event: BaseEvent, *arguments: Any, **said: Any) -> None:
    """An event that goes nowhere stays empty: a night has ten thousand, and composing one costs what a query does."""


class _Unannounced:
    """A runner whose node is told of when it failed only, and not to dbt's tracking."""

    def before_execute(self) -> None:
        pass

    def after_execute(self, result: Any) -> None:
        if result.status not in (NodeStatus.Success, NodeStatus.Pass):
            self.print_result_line(result)


class _Files:
    """The SQL of nodes, of which dbt makes two files each: those of one that failed are written when it has."""

    def __init__(self) -> None:
        self._unwritten: dict[str, list[tuple[str, ...]]] = {}

    def keep(self, node: ParsedNode, *file: str) -> None:
        self._unwritten.setdefault(node.unique_id, []).append(file)

    def settle(self, result: Any) -> None:
        files = self._unwritten.pop(result.node.unique_id, ())
        if result.status not in (NodeStatus.Success, NodeStatus.Pass):
            for file in files:
                _former_write(result.node, *file)


_former_write = ParsedNode.write_node


class _Model(_Unannounced, ModelRunner):
    pass


class _Seed(_Unannounced, SeedRunner):
    pass


class _Test(_Unannounced, TestRunner):
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


def _macro(generator: BaseMacroGenerator) -> Callable:
    """The macro of a generator, made once. dbt makes the module around it anew for every call, sixty a model."""
    made = generator.__dict__
    if "_made" not in made:
        made["_made"] = _former_macro(generator)
    return made["_made"]


_former_macro = BaseMacroGenerator.get_macro


class _Contexts:
    """What a model's templates see, made when it is compiled and used again when it is built. dbt makes it twice, with
    every macro; between the two only what compiling adds to the model changes.
    """

    def __init__(self) -> None:
        self._made: dict[str, tuple[ModelContext, dict[str, Any]]] = {}

    def compiling(self, model: Any, config: Any, manifest: Any) -> dict[str, Any]:
        if not isinstance(model, ModelNode):
            return _former_context(model, config, manifest)
        made = ModelContext(model, config, manifest, RuntimeProvider(), None)
        context = made.to_dict()
        self._made[model.unique_id] = made, context
        return context

    def building(self, model: Any, config: Any, manifest: Any) -> dict[str, Any]:
        made, context = self._made.pop(model.unique_id, (None, None))
        if made is None or made.model is not model:
            return _former_context(model, config, manifest)
        context.update(model=made.ctx_model, compiled_code=made.compiled_code, sql=made.sql)
        return context


_former_context = compilation.generate_runtime_model_context


def _unsummed(_linker: Linker, _manifest: Any) -> dict[str, Any]:
    """A summary of the graph, for a file that helps who works on dbt."""
    return {}


def _unlinked(_task: RunOperationTask) -> None:
    """The graph of the models, which a macro that is called alone does not follow."""


def _unknown() -> str:
    """Which module a flag of an adapter comes from. dbt looks through the stack and all modules for it, a second long
    inside Dagster, for an event that is never told.
    """
    return "Unknown"


def _fitting(_kind: type[dbtClassMixin], _data: Any) -> None:
    """The project's files fitted their schemas when they were parsed; making those takes a quarter of a second."""


@contextmanager
def patched_dbt(on_result: OnResult | None = None, *, is_parsed: bool = False) -> Iterator[None]:
    """Spare dbt its own ways within the block; `on_result` hears of each node, `is_parsed` says that the project was
    read before as it is now.
    """
    handle = BuildTask._handle_result

    def handled(task: BuildTask, result: Any) -> None:
        files.settle(result)
        handle(task, result)
        if on_result is not None:
            on_result(result)

    runners = {NodeType.Model: _Model, NodeType.Seed: _Seed, NodeType.Test: _Test}
    former, contexts, files = get_event_manager(), _Contexts(), _Files()
    with ExitStack() as spared:
        for owner, name, own in (
            (BuildTask, "RUNNER_MAP", {**BuildTask.RUNNER_MAP, **runners}),
            (BuildTask, "_handle_result", handled),
            (DebugLevel, "__init__", _uncomposed),
            (InfoLevel, "__init__", _uncomposed),
            (BaseMacroGenerator, "get_macro", _macro),
            (Linker, "get_graph_summary", _unsummed),
            (RunOperationTask, "compile_manifest", _unlinked),
            (ParsedNode, "write_node", lambda node, *file: files.keep(node, *file)),
            (compilation, "generate_runtime_model_context", contexts.compiling),
            (run, "generate_runtime_model_context", contexts.building),
            (BehaviorFlagRendered, "_default_source", staticmethod(_unknown)),
            *([(dbtClassMixin, "validate", classmethod(_fitting))] if is_parsed else []),
        ):
            spared.enter_context(_replaced(owner, name, own))
        ctx_set_event_manager(_Terse())
        try:
            yield
        finally:
            ctx_set_event_manager(former)


@contextmanager
def _replaced(owner: Any, name: str, own: Any) -> Iterator[None]:
    former = vars(owner).get(name)
    setattr(owner, name, own)
    try:
        yield
    finally:
        delattr(owner, name)  # what it inherits is its own again
        if former is not None:
            setattr(owner, name, former)
