"""Assets of the transformation: the warehouse's landing schema, then one asset per seed and model of the dbt project.

The dbt tests of a model are one check of its asset, which blocks what comes after. A check each would be four hundred,
and Dagster's event log writes three rows a check: half of a small night.
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from ingestion.contracts import contracts
from orchestration.defs.landing import AGREEMENT
from orchestration.defs.resources import NightResource, plain_errors
from orchestration.lazy_imports import lazy_codecs, lazy_imports
from orchestration.night import inputs_key, rules_key
from orchestration.publish import current_if_readable
from orchestration.transform.dbt import NodeResult, build
from orchestration.transform.landing_views import prepare_landing
from orchestration.transform.warehouse import (
    begin_building,
    connect,
    count_rows,
    discard,
    in_one_transaction,
    note_night,
    unusable,
)
from orchestration.upkeep.full_disk import DiskFull, tells_of_it

# The package brings a client of dbt's cloud and components, and those a parser of SQL.
with lazy_imports(gathering=["dagster_dbt"]), lazy_codecs():
    from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, build_dbt_asset_specs

logger = logging.getLogger("closedloop.transform")

DBT_TESTS = "dbt_tests"
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


TRANSLATOR = Translator(DagsterDbtTranslatorSettings(enable_asset_checks=False))


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
        live = current_if_readable(layout.published)
        if live is not None and live.inputs_key == key and layout.warehouse.exists():
            logger.info("nothing changed since version %s: it stays as it is", live.version)
            return
        found = unusable(layout.warehouse)
        if found is not None:
            logger.warning("the warehouse is built anew: %s", found)
            discard(layout.warehouse)
        unfed = [table for table in contracts() if not any(night.deployment.sources_of(table))]
        if unfed:
            logger.warning("no source feeds %s: what comes of them stays null or empty", ", ".join(unfed))
        keys = key, rules_key(night)
        with (
            plain_errors(),
            connect(layout.warehouse, options.memory_limit, options.threads) as connection,
            in_one_transaction(connection),
        ):
            only_grew = prepare_landing(connection, layout, night.manifest, options.vars.reporting_timezone)
            note_night(connection, night.run_id, night.as_of, *keys, only_grew)
        yield from (dg.MaterializeResult(asset_key=["landing", name]) for name in PREPARED)

    return prepared


def models(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """Every seed and model of the dbt project, by its manifest, built in one call of dbt."""
    tested = _tested(manifest)

    @dg.multi_asset(
        name="dbt",
        specs=build_dbt_asset_specs(manifest=manifest, dagster_dbt_translator=TRANSLATOR),
        check_specs=[
            dg.AssetCheckSpec(
                DBT_TESTS,
                asset=TRANSLATOR.get_asset_key(manifest["nodes"][model]),
                blocking=True,
                description=f"Keys, references and rules of the model: {len(tests)} dbt tests.",
            )
            for model, tests in tested.items()
        ],
    )
    def built(context: dg.AssetExecutionContext, nights: NightResource) -> Iterator[Any]:
        night = nights.night(context)
        with plain_errors():
            # Models may be asked for on their own later, and are still of the night that landed what they read.
            as_of = begin_building(night.deployment.layout.warehouse, rules_key(night))
            results = build(night.deployment, as_of, progress=_tell)
            for result in results:
                if result.is_bad and tells_of_it(result.message):
                    raise DiskFull(result.message)
        rows = count_rows(night.deployment.layout.warehouse)
        by_id = {result.unique_id: result for result in results}
        for result in results:
            if result.unique_id.startswith(("model.", "seed.")) and result.status == "success":
                yield _materialized(
                    TRANSLATOR.get_asset_key(manifest["nodes"][result.unique_id]), result, rows
                )
        for model, tests in tested.items():
            yield _judged(manifest, model, [by_id[test] for test in tests if test in by_id])
        bad = [result for result in results if result.is_bad]
        if bad:
            lines = "\n".join(f"  {result.name}: {result.message or result.status}" for result in bad)
            raise dg.Failure(
                f"{len(bad)} of {len(results)} models and tests failed, so nothing was published:\n{lines}\n"
                "Expected every model to build and every test to pass; the published version stays as it was.",
                allow_retries=False,
            )

    return built


def _tested(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """The tests of each model by their ids. A claim over several models is a test of the first one it reads."""
    tested: dict[str, list[str]] = {}
    for test, node in manifest["nodes"].items():
        if node["resource_type"] == "test":
            read = (name for name in node["depends_on"]["nodes"] if name.startswith("model."))
            tested.setdefault(node.get("attached_node") or next(read), []).append(test)
    return tested


def _tell(result: NodeResult, done: int) -> None:
    level = logging.ERROR if result.is_bad else logging.DEBUG
    logger.log(level, "%s %s: %s in %.1f s", result.resource_type, result.name, result.status, result.seconds)
    if done % 50 == 0:
        logger.info("%s models and tests done", done)


def _materialized(
    key: dg.AssetKey, result: NodeResult, rows: Mapping[tuple[str, str], int]
) -> dg.MaterializeResult:
    metadata: dict[str, Any] = {"seconds": round(result.seconds, 3)}
    if tuple(key.path) in rows:
        metadata["dagster/row_count"] = rows[tuple(key.path)]
    return dg.MaterializeResult(asset_key=key, metadata=metadata)


def _judged(manifest: Mapping[str, Any], model: str, tests: list[NodeResult]) -> dg.AssetCheckResult:
    """What a model's tests said. Those skipped because the model failed did not pass either."""
    failed = [test for test in tests if test.status != "pass"]
    is_told_only = all(test.status == "warn" for test in failed)
    return dg.AssetCheckResult(
        asset_key=TRANSLATOR.get_asset_key(manifest["nodes"][model]),
        check_name=DBT_TESTS,
        passed=not failed,
        severity=dg.AssetCheckSeverity.WARN if is_told_only else dg.AssetCheckSeverity.ERROR,
        metadata={
            "tests": len(tests),
            "failed": "; ".join(f"{test.name}: {test.message or test.status}" for test in failed) or "none",
            "seconds": round(sum(test.seconds for test in tests), 3),
        },
    )
