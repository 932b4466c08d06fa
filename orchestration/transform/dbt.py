"""Builds with dbt: what is asked of it in a night, and what came of each node.

How dbt is called stands in `invocation`, what it builds from in `parsed_project`; which assets its nodes are is said in
`defs`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from orchestration.settings import Deployment
from orchestration.transform.invocation import DbtError, invoke
from orchestration.transform.parsed_project import load_manifest, parsed_folder
from orchestration.transform.warehouse import builds_on_former, mark_built, slice_verdict

if TYPE_CHECKING:
    from dbt.artifacts.schemas.run import RunResult
    from dbt.contracts.graph.manifest import Manifest

logger = logging.getLogger("closedloop.dbt")


@dataclass(frozen=True)
class NodeResult:
    """What came of one node: status is dbt's (success, pass, error, fail, warn, skipped), seconds its run time."""

    unique_id: str
    name: str
    resource_type: str
    status: str
    seconds: float
    failures: int | None
    message: str | None

    @classmethod
    def from_dbt(cls, result: RunResult) -> NodeResult:
        """The result that dbt gives."""
        return cls(
            result.node.unique_id,
            result.node.name,
            str(result.node.resource_type),
            str(result.status),
            result.execution_time,
            result.failures,
            result.message,
        )

    @property
    def is_bad(self) -> bool:
        return self.status in ("error", "fail", "runtime error")


def variables(deployment: Deployment, as_of: datetime) -> dict[str, Any]:
    """The vars of a build; `as_of` is naive UTC."""
    return {
        **deployment.options.vars.model_dump(),
        "night_scope": "whole",
        "as_of": as_of.isoformat(sep=" ", timespec="microseconds"),
    }


def build(
    deployment: Deployment,
    as_of: datetime,
    leave_out: Sequence[str] = ("unit_test",),
    progress: Callable[[NodeResult, int], None] | None = None,
) -> list[NodeResult]:
    """Seeds, models and tests of the deployment's project folder, in order; results of every node.

    Where the warehouse holds a former night to build on, only what tonight's rows can change is built anew.
    `leave_out` names resource types: unit tests judge the code under its own vars and have no place in a deployment's
    night. `progress` is called with each finished node and how many finished so far. Nodes that fail are in the
    results; raises DbtError when dbt itself could not run.
    """
    layout, said = deployment.layout, variables(deployment, as_of)
    if builds_on_former(layout.warehouse):
        # The one that the slice is then built with: reading a second costs what some models do.
        manifest = load_manifest(layout, "slice")
        said["night_scope"] = "slice" if _cut_slice(deployment, manifest, said) else "whole"
    if said["night_scope"] == "whole":
        manifest = load_manifest(layout, "whole")
    arguments = ["build", "--no-write-json", "--use-fast-test-edges"]
    for resource_type in leave_out:
        arguments += ["--exclude-resource-type", resource_type]
    seen = 0

    def told(result: RunResult) -> None:
        nonlocal seen
        if progress is not None:
            seen += 1
            progress(NodeResult.from_dbt(result), seen)

    outcome = run_command(deployment, manifest, said, arguments, told)
    results = [NodeResult.from_dbt(result) for result in outcome.result.results]
    if not any(result.is_bad for result in results):
        mark_built(deployment.layout.warehouse)
    return results


def build_some(deployment: Deployment, as_of: datetime, selection: str) -> list[NodeResult]:
    """Seeds and models that dbt's `selection` names, built whole and untested; results of every node.

    Nodes that fail are in the results; raises DbtError when dbt itself could not run.
    """
    arguments = ["build", "--no-write-json", "--select", selection]
    for resource_type in ("test", "unit_test"):
        arguments += ["--exclude-resource-type", resource_type]
    manifest = load_manifest(deployment.layout, "whole")
    outcome = run_command(deployment, manifest, variables(deployment, as_of), arguments)
    return [NodeResult.from_dbt(result) for result in outcome.result.results]


def _cut_slice(deployment: Deployment, manifest: Manifest, said: Mapping[str, Any]) -> bool:
    """Find what tonight's rows can change; whether that is little enough to be built on its own."""
    outcome = run_command(deployment, manifest, said, ["run-operation", "cut_slice", "--no-write-json"])
    if not outcome.success:
        raise DbtError(
            f"what tonight's rows can change could not be found: {outcome.result.results[0].message}\n"
            "Expected the tables of the former night. Run with --full-refresh to build everything anew."
        )
    held, known, is_worth_it = slice_verdict(deployment.layout.warehouse)
    logger.info(
        "tonight's rows can change %s of %s records: %s",
        f"{held:,}",
        f"{known:,}",
        "building those" if is_worth_it else "building everything",
    )
    return is_worth_it


def run_command(
    deployment: Deployment,
    manifest: Manifest,
    said: Mapping[str, Any],
    arguments: Sequence[str],
    on_result: Callable[[RunResult], None] | None = None,
) -> Any:
    """dbt's own outcome of a command on the deployment's project folder under the vars `said`, within its limits.

    `on_result` hears of each node as it is finished. Raises DbtError when dbt itself could not run.
    """
    from orchestration.transform.templates import use_compiled_templates

    options, layout = deployment.options, deployment.layout
    with use_compiled_templates(parsed_folder(layout)):
        return invoke(
            layout.dbt,
            [*arguments, "--vars", json.dumps(said)],
            layout.warehouse,
            options.memory_limit,
            on_result,
            options.threads,
            manifest,
        )
