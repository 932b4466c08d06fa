"""What is forgotten after a while: logs and Dagster's memory of runs that ended long ago.

Landing, admitted and quarantined rows are never removed here: the warehouse is rebuilt from them. How many published
versions stay is the business of publishing.
"""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from orchestration.settings import Deployment

if TYPE_CHECKING:
    from dagster import DagsterInstance


def forget(deployment: Deployment, instance: DagsterInstance, at: datetime) -> None:
    """Remove logs and runs older than the deployment's `keep_days` at the naive UTC moment `at`."""
    from dagster import RunsFilter

    oldest = at - timedelta(days=deployment.options.keep_days)
    runs_folder = deployment.layout.runs
    logs = [
        folder
        for folder in (runs_folder.iterdir() if runs_folder.exists() else ())
        # Named by their start, so that a copied folder is as old as its night.
        if folder.is_dir() and folder.name[:16] < f"{oldest:%Y%m%dT%H%M%S}Z"
    ]
    for folder in logs:
        shutil.rmtree(folder)
    runs = [
        run for run in instance.get_runs(RunsFilter(created_before=oldest), limit=1000) if run.is_finished
    ]
    for run in runs:
        instance.delete_run(run.run_id)
