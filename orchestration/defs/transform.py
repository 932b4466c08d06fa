"""Assets of the transformation: the warehouse's landing schema, then one asset per seed and model of the dbt project.

dbt tests become checks of the model they test; they block what comes after when their severity is error.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from ingestion.contracts import contracts
from orchestration.defs.landing import AGREEMENT
from orchestration.defs.resources import NightResource, plain_errors
from orchestration.night import inputs_key
from orchestration.publish import current
from orchestration.transform.dbt import NodeResult, build
from orchestration.transform.landing_views import prepare_landing
from orchestration.transform.warehouse import connect, count_rows, discard, note_night, unusable

logger = logging.getLogger("closedloop.transform")

PREPARED = ("load", "verdict", "zone_offset")
"""Tables of the landing schema that the landing itself writes, beside the landed ones."""


class Translator(DagsterDbtTranslator):
    """dbt nodes as assets: keyed by schema and name, grouped by layer."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "seed":
            return dg.AssetKey(["seeds", dbt_resource_props["name"]])
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["source_name"], dbt_resource_props["name"]])
        return dg.AssetKey([dbt_resource_props["config"]["schema"], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return dbt_resource_props["config"].get("schema") or "landing"

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        if unique_id.startswith("seed."):
            return spec.replace_attributes(deps=[AGREEMENT])
        return spec


TRANSLATOR = Translator()


def warehouse_landing(tables: list[dg.AssetsDefinition]) -> dg.AssetsDefinition:
    """The landing schema of the warehouse: what dbt reads. Skipped, with all that follows, when nothing changed."""

    @dg.multi_asset(
        name="warehouse_landing",
        specs=[
            dg.AssetSpec(
                ["landing", name],
                deps=[AGREEMENT, *(table.key for table in tables)],
                group_name="landing",
                kinds={"duckdb"},
                skippable=True,
            )
            for name in PREPARED
        ],
    )
    def prepared(context: dg.AssetExecutionContext, nights: NightResource) -> Iterator[dg.MaterializeResult]:
        night = nights.night(context)
        layout, options = night.deployment.layout, night.deployment.options
        key = inputs_key(night)
        with plain_errors():
            live = current(layout.published)
        if live is not None and live.inputs_key == key and layout.warehouse.exists():
            logger.info("nothing changed since version %s: it stays as it is", live.version)
            return
        found = unusable(layout.warehouse)
        if found is not None:
            logger.warning("the warehouse is built anew: %s", found)
            discard(layout.warehouse)
        unfed = [table for table in contracts() if not any(night.deployment.feeding(table))]
        if unfed:
            logger.warning("no source feeds %s: what comes of them stays null or empty", ", ".join(unfed))
        with plain_errors(), connect(layout.warehouse, options.memory_limit, options.threads) as connection:
            prepare_landing(connection, layout, night.manifest, options.vars.reporting_timezone)
            note_night(connection, night.run_id, night.as_of, key)
        yield from (dg.MaterializeResult(asset_key=["landing", name]) for name in PREPARED)

    return prepared


def models(manifest_file: Path) -> dg.AssetsDefinition:
    """Every seed and model of the dbt project, built in one call of dbt."""

    @dbt_assets(manifest=manifest_file, dagster_dbt_translator=TRANSLATOR, name="dbt")
    def built(context: dg.AssetExecutionContext, nights: NightResource) -> Iterator[Any]:
        night = nights.night(context)
        manifest = json.loads(manifest_file.read_text("utf-8"))
        with plain_errors():
            results = build(night.deployment, night.as_of, progress=_tell)
        rows = count_rows(night.deployment.layout.warehouse)
        for result in results:
            yield from _events(manifest, result, rows)
        bad = [result for result in results if result.is_bad]
        if bad:
            lines = "\n".join(f"  {result.name}: {result.message or result.status}" for result in bad)
            raise dg.Failure(
                f"{len(bad)} of {len(results)} models and tests failed, so nothing was published:\n{lines}\n"
                "Expected every model to build and every test to pass; the published version stays as it was.",
                allow_retries=False,
            )

    return built


def _tell(result: NodeResult, done: int) -> None:
    level = logging.ERROR if result.is_bad else logging.DEBUG
    logger.log(level, "%s %s: %s in %.1f s", result.resource_type, result.name, result.status, result.seconds)
    if done % 50 == 0:
        logger.info("%s models and tests done", done)


def _events(
    manifest: Mapping[str, Any], result: NodeResult, rows: Mapping[tuple[str, str], int]
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    if result.unique_id.startswith(("model.", "seed.")) and result.status == "success":
        key = TRANSLATOR.get_asset_key(manifest["nodes"][result.unique_id])
        metadata = {"seconds": round(result.seconds, 3)}
        if tuple(key.path) in rows:
            metadata["dagster/row_count"] = rows[tuple(key.path)]
        yield dg.MaterializeResult(asset_key=key, metadata=metadata)
    elif result.unique_id.startswith("test.") and result.status != "skipped":
        check = get_asset_check_key_for_test(manifest, TRANSLATOR, result.unique_id, project=None)
        if check is not None:
            severity = manifest["nodes"][result.unique_id]["config"].get("severity") or "error"
            yield dg.AssetCheckResult(
                asset_key=check.asset_key,
                check_name=check.name,
                passed=result.status == "pass",
                severity=dg.AssetCheckSeverity.ERROR
                if severity.lower() == "error"
                else dg.AssetCheckSeverity.WARN,
                metadata={"failures": result.failures or 0, "seconds": round(result.seconds, 3)},
            )
