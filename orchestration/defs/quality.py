"""Gate 2 as blocking checks of the marts and reports it judges: a failed one keeps the former version live."""

from collections.abc import Iterator

import dagster as dg

from orchestration.defs.resources import NightResource, plain_errors
from orchestration.quality.gate2 import EXPECTED, TABLES, judge
from orchestration.transform.warehouse import connect

GATE_2 = "gate_2"


@dg.multi_asset_check(
    name="gate_2",
    specs=[
        dg.AssetCheckSpec(
            GATE_2,
            asset=dg.AssetKey(list(table)),
            blocking=True,
            description=f"Expected: {EXPECTED[table]}. If not, the night stops before anything is published.",
        )
        for table in TABLES
    ],
)
def gate_2(context: dg.AssetCheckExecutionContext, nights: NightResource) -> Iterator[dg.AssetCheckResult]:
    night = nights.night(context)
    options = night.deployment.options
    with (
        plain_errors(),
        connect(
            night.deployment.layout.warehouse, options.memory_limit, options.threads, read_only=True
        ) as connection,
    ):
        verdicts = judge(connection, night.as_of)
    for verdict in verdicts:
        yield dg.AssetCheckResult(
            asset_key=dg.AssetKey([verdict.schema, verdict.table]),
            check_name=GATE_2,
            passed=verdict.passed,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={"expected": verdict.expected, "found": "; ".join(verdict.failed) or "nothing else"},
        )
