"""The last asset: what readers see, swapped in only when every check before it let it pass."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import dagster as dg

from orchestration.defs.resources import NightResource, plain_errors
from orchestration.defs.transform import TRANSLATOR
from orchestration.night import SCHEMA_VERSION, git_revision
from orchestration.publish import PublishError, publish
from orchestration.publish.descriptions import descriptions, published_models
from orchestration.quality.gate2 import judge
from orchestration.settings import Deployment
from orchestration.transform.warehouse import connect, finished_night

PUBLISHED = dg.AssetKey("published")


def published_version(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """The asset of the published version; it depends on every mart and report of the dbt manifest."""
    published = [TRANSLATOR.get_asset_key(node) for node in published_models(manifest)]
    said = descriptions(manifest)

    @dg.asset(
        key=PUBLISHED,
        deps=published,
        group_name="publish",
        kinds={"duckdb", "parquet"},
        description="The version readers open: marts and reports in one DuckDB file and as Parquet. One row per table.",
    )
    def version(context: dg.AssetExecutionContext, nights: NightResource) -> dg.MaterializeResult:
        night = nights.night(context)
        with plain_errors():
            as_of, inputs_key = _publishable(night.deployment)
            live = publish(
                night.deployment.layout.warehouse,
                night.deployment.layout.published,
                as_of=as_of,
                run_id=night.run_id,
                git_revision=git_revision(),
                schema_version=SCHEMA_VERSION,
                inputs_key=inputs_key,
                only=night.only,
                descriptions=said,
                keep_versions=night.deployment.options.keep_versions,
                memory_limit=night.deployment.options.memory_limit,
                threads=night.deployment.options.threads,
            )
        return dg.MaterializeResult(
            metadata={
                "version": live.version,
                "tables": len(live.tables),
                "dagster/row_count": live.rows,
                "as_of": live.as_of.isoformat(),
                "file": dg.MetadataValue.path(str(night.deployment.layout.published / "closedloop.duckdb")),
            }
        )

    return version


def _publishable(deployment: Deployment) -> tuple[datetime, str]:
    """as_of and inputs key of the night that the warehouse holds. Raises UnfinishedNight, or PublishError when
    gate 2 fails.

    In a night the checks before this one stopped it already. This asset may be asked for on its own, after any night:
    what counts is what the warehouse holds then.
    """
    warehouse, options = deployment.layout.warehouse, deployment.options
    as_of, inputs_key = finished_night(warehouse)
    with connect(warehouse, options.memory_limit, options.threads, read_only=True) as connection:
        failed = [verdict for verdict in judge(connection, as_of) if not verdict.passed]
    if failed:
        found = "\n".join(f"  {one.schema}.{one.table}: {'; '.join(one.failed)}" for one in failed)
        raise PublishError(f"gate 2 does not let the warehouse pass, so nothing was published:\n{found}")
    return as_of, inputs_key
