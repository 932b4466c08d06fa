"""Assets of the landing: the agreement, then one asset per landed table with gate 1 as its blocking check."""

import logging
from collections.abc import Iterator

import dagster as dg

from ingestion.contracts import contracts
from ingestion.landing.safekeeping import expect_manifest
from orchestration.defs.resources import NightResource, plain_errors
from orchestration.freshness import freshness
from orchestration.landing import Landed, land_table
from orchestration.quality.gate1 import admit_pending
from orchestration.settings import Deployment, now
from orchestration.transform.project import lay_out

logger = logging.getLogger("closedloop.landing")

AGREEMENT = dg.AssetKey("agreement")
GATE_1 = "gate_1"
FRESH = "fresh"


@dg.asset(
    key=AGREEMENT,
    group_name="landing",
    kinds={"csv"},
    description="The agreement between sales and marketing, judged whole, frozen for the night. One row per seed row.",
)
def agreement(context: dg.AssetExecutionContext, nights: NightResource) -> dg.MaterializeResult:
    night = nights.night(context)
    with plain_errors():
        expect_manifest(night.deployment.layout)
        folder = lay_out(night.deployment)
    rows = {
        path.stem: len(path.read_text("utf-8").splitlines()) - 1
        for path in sorted(folder.glob("seeds/*.csv"))
    }
    return dg.MaterializeResult(metadata={**rows, "dagster/row_count": sum(rows.values())})


def landed_tables(deployment: Deployment) -> list[dg.AssetsDefinition]:
    """One asset per contract table that a source feeds. A table without a source has none: it stays empty."""
    return [_landed(table) for table in contracts() if any(deployment.sources_of(table))]


def _landed(table: str) -> dg.AssetsDefinition:
    contract = contracts()[table]
    key = dg.AssetKey(["landing", table])

    @dg.asset(
        key=key,
        deps=[AGREEMENT],
        group_name="landing",
        kinds={"parquet"},
        owners=[f"team:{contract.owner}"],
        description=f"{contract.description} {contract.grain}",
        check_specs=[
            dg.AssetCheckSpec(
                GATE_1,
                asset=key,
                blocking=True,
                description="Rows fit the contract; what does not is quarantined, too much of it stops the night.",
            ),
            dg.AssetCheckSpec(
                FRESH,
                asset=key,
                description="Something new came within the hours that closedloop.yml expects; if not, it is told only.",
            ),
        ],
    )
    def landed(context: dg.AssetExecutionContext, nights: NightResource) -> Iterator[dg.MaterializeResult]:
        night = nights.night(context)
        with plain_errors():
            found = land_table(night, table) if night.lands(table) else Landed(table, ())
            reports = [
                report
                for source in night.deployment.sources_of(table)
                for report in admit_pending(
                    night.deployment.layout,
                    night.manifest,
                    source,
                    table,
                    memory_limit=night.deployment.options.memory_limit,
                    threads=night.deployment.options.threads,
                )
            ]
        held = night.manifest.loads(table=table, state="admitted")
        late = [one for one in freshness(night.deployment, now(), table) if one.is_late]
        for one in late:
            logger.warning("late: %s", one)
        quarantined = sum(report.quarantined_rows for report in reports)
        yield dg.MaterializeResult(
            metadata={
                "landed_rows": found.rows,
                "landed_units": len(found.loads),
                "admitted_rows": sum(report.admitted_rows for report in reports),
                "quarantined_rows": quarantined,
                "dagster/row_count": sum(load.admitted_rows or 0 for load in held),
            },
            check_results=[
                dg.AssetCheckResult(
                    passed=True,
                    check_name=GATE_1,
                    metadata={"loads": len(reports), "quarantined_rows": quarantined},
                ),
                dg.AssetCheckResult(
                    passed=not late,
                    check_name=FRESH,
                    severity=dg.AssetCheckSeverity.WARN,
                    metadata={"late": "; ".join(map(str, late))} if late else {},
                ),
            ],
        )

    return landed
