"""One call of dbt in this process, within limits and with nothing said but what failed.

What is asked of dbt is the business of those who call; what it is spared stands in `dbt_patches`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.errors import ClosedloopError

if TYPE_CHECKING:
    from dbt.artifacts.schemas.run import RunResult
    from dbt.contracts.graph.manifest import Manifest

QUIET = ("--no-version-check", "--no-use-colors", "--log-level", "none", "--log-level-file", "warn")


class DbtError(ClosedloopError):
    """dbt could not run at all, as opposed to nodes that failed."""


def invoke(
    folder: Path,
    arguments: Sequence[str],
    warehouse: Path,
    memory_limit: str,
    on_result: Callable[[RunResult], None] | None = None,
    threads: int = 2,
    manifest: Manifest | None = None,
) -> Any:
    """dbt's own outcome of the command `arguments` on the project in `folder`.

    `on_result` hears of each node as it is finished; with a `manifest` the project is not parsed. Nodes that fail are
    in the outcome; raises DbtError when dbt itself could not run.
    """
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
    with _environment(given), patched_dbt(on_result, is_parsed=manifest is not None):
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
