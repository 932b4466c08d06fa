"""What is told after a run: rows at each step, funnel or promises, the ledger, what was quarantined, where files are.

The figures are read from the manifest and the published version; nothing is computed that they do not hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from ingestion.landing.layout import Layout
from ingestion.landing.manifest import Load, Manifest
from ingestion.quarantine import list_quarantined
from orchestration.cli import printing
from orchestration.publish.reading import ask, question_sql
from orchestration.publish.version_store import DATABASE, PARQUET
from orchestration.run import NightOutcome
from orchestration.settings import Deployment

FUNNEL = """
    select funnel.stage, sum(funnel.volume) as journeys, sum(funnel.value) as value
    from reports.rpt_funnel as funnel
    inner join marts.dim_stage on funnel.stage = dim_stage.stage
    where funnel.funnel_kind = 'any_order'
    group by funnel.stage, dim_stage.stage_position
    order by dim_stage.stage_position
"""


def tell_night(deployment: Deployment, outcome: NightOutcome, started: datetime, seconds: float) -> None:
    """A night that published. `started` is naive UTC: loads landed since are the night's."""
    manifest = Manifest(deployment.layout.manifest_db)
    loads = [load for load in manifest.loads() if load.loaded_at >= started]
    live, published = outcome.live, deployment.layout.published
    printing.say()
    _tell_loads(loads)
    _tell_quarantined(deployment.layout, manifest, loads)
    printing.table(
        ("published", "rows"), [(table.full_name, table.rows) for table in live.tables], "Published tables"
    )
    if live.only == "sla":
        asked, title = question_sql("promises_kept"), "Promises of sales and marketing"
    else:
        asked, title = FUNNEL, "Funnel (stages skipped count as reached)"
    with ask(published, asked) as answer:
        printing.table(answer.columns, answer.rows, title)
    with ask(published, question_sql("ledger")) as answer:
        _tell_ledger(list(answer.rows))
    printing.say(f"Published {live.version} as of {printing.cell(live.as_of)} UTC in {seconds:.1f} s:")
    printing.say(f"  {published / DATABASE}")
    printing.say(f"  {published / PARQUET}/")
    _tell_next(deployment)


def tell_unchanged(deployment: Deployment, outcome: NightOutcome, seconds: float) -> None:
    """A night in which nothing had changed."""
    live = outcome.live
    printing.say(
        f"Nothing changed: {live.version}, as of {printing.cell(live.as_of)} UTC, stays as it is ({seconds:.1f} s)."
    )
    printing.say(f"  {deployment.layout.published / DATABASE}")
    _tell_next(deployment)


def tell_failure(outcome: NightOutcome, seconds: float) -> None:
    """A night that failed, and what serves meanwhile."""
    printing.say()
    for step, reason in outcome.failures:
        printing.say(f"{step}: {reason}")
    live = outcome.live
    still = (
        f"{live.version}, as of {printing.cell(live.as_of)} UTC, still serves"
        if live
        else "nothing is published yet"
    )
    printing.say(f"The night failed after {seconds:.1f} s; {still}.")


def _tell_loads(loads: Sequence[Load]) -> None:
    totals: dict[tuple[str, str], Counter[str]] = {}
    for load in loads:
        total = totals.setdefault((load.source, load.table), Counter())
        total.update(
            units=1,
            landed=load.rows,
            admitted=load.admitted_rows or 0,
            quarantined=load.quarantined_rows or 0,
        )
    if not totals:
        printing.say("Nothing new was landed.")
        printing.say()
        return
    steps = ("units", "landed", "admitted", "quarantined")
    printing.table(
        ("source", "table", *steps),
        [(*name, *(total[step] for step in steps)) for name, total in sorted(totals.items())],
        "Landed and judged",
    )


def _tell_quarantined(layout: Layout, manifest: Manifest, loads: Sequence[Load]) -> None:
    if not any(load.quarantined_rows for load in loads):
        return
    printing.table(
        ("table", "column", "rule", "rows"),
        [(group.table, group.column, group.rule, group.rows) for group in list_quarantined(layout, manifest)],
        "Quarantined so far, and why",
    )


def _tell_ledger(identities: Sequence[tuple]) -> None:
    broken = [identity for identity in identities if identity[-1] != "balanced"]
    printing.say(f"Ledger: {len(identities) - len(broken)} of {len(identities)} identities balance")
    for identity in broken:
        printing.say("  broken: " + ", ".join(map(printing.cell, identity)))
    printing.say()


def _tell_next(deployment: Deployment) -> None:
    command = f"{printing.program()} --home {deployment.home}"
    printing.say("Next:")
    printing.say(f"  {command} query --list")
    printing.say(f"  {command} query -q customers_by_channel")
    printing.say(f"  {command} quarantine list")
    printing.say(f"  {command} ui")
