"""Everything Dagster knows of a deployment: assets, checks, jobs, what starts them. What they do is said in `defs`."""

from __future__ import annotations

import json

import dagster as dg

from orchestration.defs.automation import intraday, new_files, nightly, schedules
from orchestration.defs.landing import agreement, landed_tables
from orchestration.defs.publish import published_version
from orchestration.defs.quality import gate_2
from orchestration.defs.resources import NightResource
from orchestration.defs.transform import models, warehouse_landing
from orchestration.settings import Deployment, load_deployment
from orchestration.transform.parsed_project import manifest_path


def assemble(deployment: Deployment) -> dg.Definitions:
    """The definitions of one deployment. One process per run: the warehouse has one writer."""
    manifest = json.loads(manifest_path(deployment.layout).read_text("utf-8"))
    tables = landed_tables(deployment)
    return dg.Definitions(
        assets=[
            agreement,
            *tables,
            warehouse_landing(tables),
            models(manifest),
            published_version(manifest),
        ],
        asset_checks=[gate_2],
        jobs=[nightly, intraday],
        schedules=schedules(deployment),
        sensors=[new_files(deployment)],
        resources={"nights": NightResource(home=str(deployment.home))},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The deployment that CLOSEDLOOP_HOME names."""
    return assemble(load_deployment())
