"""The last asset: what readers see, swapped in only when every check before it let it pass."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from orchestration.defs.resources import NightResource, plain_errors
from orchestration.defs.transform import TRANSLATOR
from orchestration.night import SCHEMA_VERSION, git_revision
from orchestration.publish import publish
from orchestration.publish.descriptions import descriptions, published_models
from orchestration.transform.warehouse import noted_inputs_key

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
            live = publish(
                night.deployment.layout.warehouse,
                night.deployment.layout.published,
                as_of=night.as_of,
                run_id=night.run_id,
                git_revision=git_revision(),
                schema_version=SCHEMA_VERSION,
                inputs_key=noted_inputs_key(night.deployment.layout.warehouse),
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
