"""The steps that are measured, each called in a process of its own: `python -m benchmarks.steps STEP HOME MOMENT`.

Every step ends with one line of JSON: `rows` it handled and, of dbt, the `seconds` of each node. Measuring belongs to
the caller; the steps are the pipeline's own, called without Dagster.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks import floor
from ingestion.contracts import contracts
from ingestion.engine import connect, literal
from orchestration.landing import land_table
from orchestration.night import SCHEMA_VERSION, Night, inputs_key, rules_key
from orchestration.settings import load_deployment, naive_utc

PLAIN = "plain"
"""Folder of the plain copies, below the deployment's."""


def copy(night: Night) -> dict[str, Any]:
    """The same CSV files as Parquet by DuckDB alone, as text."""
    options, folder = night.deployment.options, night.deployment.home / PLAIN
    folder.mkdir(exist_ok=True)
    rows = 0
    with connect(options.memory_limit, options.threads, folder) as database:
        for table in night.deployment.sources["company"].tables:
            files = literal(str(night.deployment.home / "exports" / table / "*.csv"))
            target = literal(str(folder / f"{table}.parquet"))
            rows += database.execute(
                f"copy (from read_csv({files}, all_varchar = true)) to {target} (format parquet)"
            ).fetchone()[0]
    return {"rows": rows}


def floored(night: Night) -> dict[str, Any]:
    """The hand-written session on the plain copies."""
    options, home = night.deployment.options, night.deployment.home
    target = home / PLAIN / "floor.duckdb"
    target.unlink(missing_ok=True)
    return {"rows": floor.build(home / PLAIN, target, options.memory_limit, options.threads)}


def attributed_once(night: Night) -> dict[str, Any]:
    """The floor's attribution: one conversion by one model."""
    options = night.deployment.options
    database = night.deployment.home / PLAIN / "floor.duckdb"
    return {"rows": floor.attribute(database, options.memory_limit, options.threads)}


def land(night: Night) -> dict[str, Any]:
    """Extract and land every table."""
    return {"rows": sum(land_table(night, table).rows for table in contracts())}


def gate_1(night: Night) -> dict[str, Any]:
    """Judge and admit what was landed."""
    from orchestration.quality.gate1 import admit_pending

    deployment = night.deployment
    reports = [
        report
        for table in contracts()
        for source in deployment.sources_of(table)
        for report in admit_pending(
            deployment.layout,
            night.manifest,
            source,
            table,
            memory_limit=deployment.options.memory_limit,
            threads=deployment.options.threads,
        )
    ]
    return {"rows": sum(report.load.rows for report in reports)}


def transform(night: Night) -> dict[str, Any]:
    """The warehouse: landing views, then every seed, model and test of dbt."""
    from orchestration.transform import warehouse
    from orchestration.transform.dbt import build
    from orchestration.transform.landing_views import prepare_landing
    from orchestration.transform.project import lay_out

    deployment = night.deployment
    options, layout = deployment.options, deployment.layout
    lay_out(deployment)
    keys = inputs_key(night), rules_key(night)
    with (
        warehouse.connect(layout.warehouse, options.memory_limit, options.threads) as connection,
        warehouse.in_one_transaction(connection),
    ):
        only_grew = prepare_landing(connection, layout, night.manifest, options.vars.reporting_timezone)
        warehouse.note_night(connection, night.run_id, night.as_of, *keys, only_grew)
    results = build(deployment, night.as_of)
    bad = [result for result in results if result.is_bad]
    if bad:
        raise SystemExit("\n".join(f"{result.name}: {result.message}" for result in bad))
    return {
        "rows": sum(warehouse.count_rows(layout.warehouse).values()),
        "seconds": {f"{result.resource_type} {result.name}": result.seconds for result in results},
    }


def attribution(night: Night) -> dict[str, Any]:
    """All conversions by all models, on a warehouse that was built: its models and reports once more, whole."""
    from orchestration.transform.dbt import build_some

    reports = "fct_attribution_path fct_attribution_credit rpt_channel_attribution rpt_channel_transition"
    results = build_some(night.deployment, night.as_of, f"path:models/intermediate/attribution {reports}")
    bad = [result for result in results if result.is_bad]
    if bad:
        raise SystemExit("\n".join(f"{result.name}: {result.message}" for result in bad))
    return {"rows": len(results)}


def gate_2(night: Night) -> dict[str, Any]:
    """Judge the marts."""
    from orchestration.quality.gate2 import judge
    from orchestration.transform import warehouse

    options, path = night.deployment.options, night.deployment.layout.warehouse
    with warehouse.connect(path, options.memory_limit, options.threads, read_only=True) as connection:
        verdicts = judge(connection, night.as_of)
    failed = [f"{verdict.table}: {verdict.failed}" for verdict in verdicts if not verdict.passed]
    if failed:
        raise SystemExit("\n".join(failed))
    return {"rows": len(verdicts)}


def published(night: Night) -> dict[str, Any]:
    """The marts as a new version."""
    from orchestration.publish import publish
    from orchestration.publish.descriptions import descriptions
    from orchestration.transform.parsed_project import manifest_path

    options, layout = night.deployment.options, night.deployment.layout
    publication = publish(
        layout.warehouse,
        layout.published,
        as_of=night.as_of,
        run_id=night.run_id,
        git_revision=None,
        schema_version=SCHEMA_VERSION,
        inputs_key=inputs_key(night),
        descriptions=descriptions(json.loads(manifest_path(layout).read_text("utf-8"))),
        keep_versions=options.keep_versions,
        memory_limit=options.memory_limit,
        threads=options.threads,
    )
    return {"rows": publication.rows}


STEPS: dict[str, Callable[[Night], dict[str, Any]]] = {
    "copy": copy,
    "floor": floored,
    "one attribution": attributed_once,
    "land": land,
    "gate 1": gate_1,
    "transform": transform,
    "attribution": attribution,
    "gate 2": gate_2,
    "publish": published,
}

if __name__ == "__main__":
    step, home, moment = sys.argv[1:]
    chosen = Night("benchmark", naive_utc(datetime.fromisoformat(moment)), load_deployment(Path(home)))
    print(json.dumps(STEPS[step](chosen)))
