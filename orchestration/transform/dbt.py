"""dbt in this process: parsing, building, and what came of each node.

Only how dbt is called belongs here; which assets its nodes are is said in `defs`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.errors import ClosedloopError
from ingestion.landing.layout import Layout
from orchestration.settings import Deployment
from orchestration.transform import parses
from orchestration.transform.project import PROJECT, fingerprint
from orchestration.transform.warehouse import builds_on_former, mark_built, slice_verdict

if TYPE_CHECKING:
    from dbt.artifacts.schemas.run import RunResult
    from dbt.contracts.graph.manifest import Manifest

logger = logging.getLogger("closedloop.dbt")

COMPILED = {
    "whole": ("--select", "test_type:generic", "--exclude", "test_name:holds_no_email"),
    "slice": ("--select", "test_name:unique", "test_name:unique_combination_of_columns"),
}
"""Which tests are compiled with the models: for a night that builds everything all generic ones but those that ask the
warehouse what columns a table has; for one that builds a slice those that differ.
"""

PARSING = ("dbt-core", "dbt-common", "dbt-adapters", "dbt-semantic-interfaces", "jinja2")
"""Libraries whose objects and code are kept of a parse, and can be read by the same versions only."""

QUIET = ("--no-version-check", "--no-use-colors", "--log-level", "none", "--log-level-file", "warn")


class DbtError(ClosedloopError):
    """dbt could not run at all, as opposed to nodes that failed."""


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


def parsed(layout: Layout) -> Path:
    """The folder of the parsed models: `manifest.json` and, as dbt works with it, one of the same parse per scope.

    Parsed anew only when something in the models changed: which nodes there are does not depend on what an agreement
    or the vars of a night say; nor does the SQL of generic tests, which is compiled already, but for the night's scope.
    So it is the repository's, kept where dbt keeps it, or under the data folder where the repository must not be
    written to. How long it stays there is said in `parses`.
    """
    target = PROJECT / "target" if os.access(PROJECT, os.W_OK) else layout.dbt
    read_by = [*(f"{library}-{version(library)}" for library in PARSING), sys.implementation.cache_tag]
    written_by = [
        Path(__file__).with_name(name).read_text(encoding="utf-8")
        for name in ("dbt.py", "dbt_patches.py", "templates.py")
    ]
    found = hashlib.sha256("\n".join([fingerprint(PROJECT), *read_by, *written_by]).encode()).hexdigest()
    folder = target / "ready" / found[:16]
    if not folder.exists():
        unfinished = parses.begin(folder.parent)
        _parse(unfinished, layout)
        parses.finish(unfinished, folder)
    parses.use(folder)
    return folder


def _parse(folder: Path, layout: Layout) -> None:
    """Parse the models into `folder` and compile their generic tests and all templates. Opens no warehouse."""
    from dbt.contracts.graph.manifest import Manifest

    from orchestration.transform.templates import save_compiled_templates

    paths = ["--target-path", str(folder), "--log-path", str(folder)]
    _invoke(PROJECT, ["parse", *paths], layout.warehouse, "1GB")
    manifest = Manifest.from_msgpack((folder / "partial_parse.msgpack").read_bytes())
    offline = ["--no-populate-cache", "--no-introspect", "--no-write-json"]
    for scope, tests in COMPILED.items():
        manifest.build_flat_graph()
        said = ["--vars", json.dumps({"night_scope": scope})]
        _invoke(
            PROJECT, ["compile", *tests, *offline, *said, *paths], layout.warehouse, "1GB", manifest=manifest
        )
        kept = {
            field.name: getattr(manifest, field.name) for field in fields(manifest) if field.name[0] != "_"
        }
        (folder / f"{scope}.pickle").write_bytes(pickle.dumps(kept))
    save_compiled_templates(manifest, folder)


def manifest_path(layout: Layout) -> Path:
    """The manifest of the models as dbt publishes it."""
    return parsed(layout) / "manifest.json"


def _manifest(layout: Layout, scope: str) -> Manifest:
    """The manifest as dbt works with it. A parse costs seconds, dbt's own form of it half of one: codecs of every kind
    of node are made to read it.
    """
    from dbt.contracts.graph.manifest import Manifest

    manifest = Manifest(**pickle.loads((parsed(layout) / f"{scope}.pickle").read_bytes()))
    for node in manifest.nodes.values():
        if node.resource_type == "seed":
            node.root_path = str(layout.dbt)  # the agreement is the deployment's
    return manifest


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
        manifest = _manifest(layout, "slice")
        said["night_scope"] = "slice" if _cut_slice(deployment, manifest, said) else "whole"
    if said["night_scope"] == "whole":
        manifest = _manifest(layout, "whole")
    arguments = ["build", "--no-write-json", "--use-fast-test-edges"]
    for resource_type in leave_out:
        arguments += ["--exclude-resource-type", resource_type]
    seen = 0

    def told(result: RunResult) -> None:
        nonlocal seen
        if progress is not None:
            seen += 1
            progress(_from_result(result), seen)

    results = [
        _from_result(result) for result in _run(deployment, manifest, said, arguments, told).result.results
    ]
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
    outcome = _run(deployment, _manifest(deployment.layout, "whole"), variables(deployment, as_of), arguments)
    return [_from_result(result) for result in outcome.result.results]


def _cut_slice(deployment: Deployment, manifest: Manifest, said: Mapping[str, Any]) -> bool:
    """Find what tonight's rows can change; whether that is little enough to be built on its own."""
    outcome = _run(deployment, manifest, said, ["run-operation", "cut_slice", "--no-write-json"])
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


def _run(
    deployment: Deployment,
    manifest: Manifest,
    said: Mapping[str, Any],
    arguments: Sequence[str],
    told: Callable[[RunResult], None] | None = None,
) -> Any:
    """One call of dbt on the deployment's project folder under the vars `said`, within its limits."""
    from orchestration.transform.templates import use_compiled_templates

    options, layout = deployment.options, deployment.layout
    with use_compiled_templates(parsed(layout)):
        return _invoke(
            layout.dbt,
            [*arguments, "--vars", json.dumps(said)],
            layout.warehouse,
            options.memory_limit,
            told,
            options.threads,
            manifest,
        )


def _from_result(result: RunResult) -> NodeResult:
    return NodeResult(
        result.node.unique_id,
        result.node.name,
        str(result.node.resource_type),
        str(result.status),
        result.execution_time,
        result.failures,
        result.message,
    )


def _invoke(
    folder: Path,
    arguments: Sequence[str],
    warehouse: Path,
    memory_limit: str,
    told: Callable[[RunResult], None] | None = None,
    threads: int = 2,
    manifest: Manifest | None = None,
) -> Any:
    # Imported late: dbt takes a second, and most commands need none of it.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    from orchestration.transform.dbt_patches import patched_dbt

    command = [*QUIET, *arguments, "--project-dir", str(folder), "--profiles-dir", str(folder)]
    given = {
        "CLOSEDLOOP_WAREHOUSE": str(warehouse),
        "CLOSEDLOOP_MEMORY_LIMIT": memory_limit,
        "CLOSEDLOOP_THREADS": str(threads),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    with _environment(given), patched_dbt(told, is_parsed=manifest is not None):
        try:
            outcome = dbtRunner(manifest).invoke(command)
        finally:
            # Its connection outlives the call: it holds the warehouse's lock and would give readers the old database.
            DuckDBConnectionManager.close_all_connections()
    if outcome.exception is not None:
        raise DbtError(
            f"dbt {arguments[0]} could not run: {outcome.exception}\n"
            "Expected a project that parses and a warehouse that opens; dbt.log beside it says more."
        )
    return outcome


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """dbt's profile is told through the environment of this process, and only while dbt runs."""
    former = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in former.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
