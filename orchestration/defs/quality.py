"""Gate 2: the Great Expectations suites of what is about to be published, as blocking checks of marts and reports."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from orchestration.defs.resources import NightResource
from orchestration.quality.gate2 import SUITES, judge

GATE_2 = "gate_2"


@dg.multi_asset_check(
    name="gate_2",
    specs=[
        dg.AssetCheckSpec(GATE_2, asset=dg.AssetKey([schema, table]), blocking=True, description=suite.claim)
        for (schema, table), suite in SUITES.items()
    ],
)
def gate_2(context: dg.AssetCheckExecutionContext, nights: NightResource) -> Iterator[dg.AssetCheckResult]:
    night = nights.night(context)
    for verdict in judge(night.deployment, night.as_of):
        yield dg.AssetCheckResult(
            asset_key=dg.AssetKey([verdict.schema, verdict.table]),
            check_name=GATE_2,
            passed=verdict.passed,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={"expectations": verdict.expectations, "failed": verdict.failed or "none"},
        )
