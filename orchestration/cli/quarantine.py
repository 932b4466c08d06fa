"""`closedloop quarantine`: rows that were not admitted, why, and judging them again.

Where they lie and how they are read is the business of `ingestion.quarantine`, judging them that of gate 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli import printing, session
from orchestration.cli.error_handling import FAILED, InputError
from orchestration.cli.printing import Format

if TYPE_CHECKING:
    from ingestion.landing.manifest import Manifest
    from orchestration.settings import Deployment

app = typer.Typer(no_args_is_help=True, help="Quarantined rows: list, show, export for mending, replay.")

Source = Annotated[
    str | None, typer.Option(help="Only of this source, as closedloop.yml names it.", show_default=False)
]
Table = Annotated[str | None, typer.Option(help="Only of this table.", show_default=False)]
LoadId = Annotated[str | None, typer.Option("--load", help="Only of this load.", show_default=False)]


@app.command("list")
def list_(source: Source = None, table: Table = None) -> None:
    """Count quarantined rows by table, rule and column; a row counts once, under the first rule it breaks.

    Example: `closedloop quarantine list --table crm_lead`
    """
    from ingestion.landing.manifest import Manifest
    from ingestion.quarantine import list_quarantined

    deployment = session.deployment()
    layout, manifest = deployment.layout, Manifest(deployment.layout.manifest_db)
    _expect_known(deployment, manifest, source, table)
    found = list_quarantined(layout, manifest, source, table)
    if not found:
        printing.say("no such rows are quarantined" if source or table else "nothing is quarantined")
        return
    printing.table(
        ("source", "table", "column", "rule", "rows", "loads", "first (UTC)", "last (UTC)"),
        [
            (
                group.source,
                group.table,
                group.column,
                group.rule,
                group.rows,
                group.loads,
                group.first_at,
                group.last_at,
            )
            for group in found
        ],
    )
    printing.say("see the rows with: closedloop quarantine show --table TABLE")


@app.command()
def show(
    source: Source = None,
    table: Table = None,
    rule: Annotated[str | None, typer.Option(help="Only under this rule.", show_default=False)] = None,
    load: LoadId = None,
    limit: Annotated[int, typer.Option(help="Rows to print, 0 for all.", min=0)] = 20,
    form: Annotated[Format, typer.Option("--format", help="How to print them.")] = Format.TABLE,
) -> None:
    """Show quarantined rows: where they came from, what was found and expected, and the text as received.

    Status 1 if there are none.

    Example: `closedloop quarantine show --table crm_lead --rule readable`
    """
    from ingestion.landing.manifest import Manifest
    from ingestion.quarantine import show_quarantined
    from ingestion.rules import ACTIONS

    deployment = session.deployment()
    layout, manifest = deployment.layout, Manifest(deployment.layout.manifest_db)
    _expect_known(deployment, manifest, source, table)
    rows = show_quarantined(layout, manifest, source, table, rule, load, limit=limit or None)
    found = [
        (row.table, row.unit, row.line, row.rule, row.reason, row.original, row.source, row.load_id)
        for row in rows
    ]
    columns = ("table", "unit", "line", "rule", "reason", "original", "source", "load")
    if form is not Format.TABLE:
        printing.write(form, columns, found)
    elif found:
        printing.table(columns[:-2], [row[:-2] for row in found])
        for broken in dict.fromkeys(row[3] for row in found):
            printing.say(f"{broken}: {ACTIONS[broken]}")
        printing.say(
            "keys are those of closedloop.yml; with the next closedloop run all of it is judged again"
        )
    else:
        printing.say("no such rows are quarantined")
    if not found:
        raise typer.Exit(FAILED)


@app.command()
def export(
    to: Annotated[Path, typer.Argument(help="CSV file to write.")],
    source: Annotated[str, typer.Option(help="Source of the rows.", show_default=False)],
    table: Annotated[str, typer.Option(help="Table of the rows.", show_default=False)],
    load: LoadId = None,
) -> None:
    """Write quarantined rows as received to a CSV file, to be mended and dropped among the source's files.

    Example: `closedloop quarantine export leads-to-mend.csv --source crm --table crm_lead`
    """
    from ingestion.landing.manifest import Manifest
    from ingestion.quarantine import export_quarantined
    from ingestion.rules import UNREADABLE_ROW

    if to.exists():
        raise InputError(f"{to} exists already; name a file that does not")
    deployment = session.deployment()
    layout, manifest = deployment.layout, Manifest(deployment.layout.manifest_db)
    _expect_known(deployment, manifest, source, table)
    rows, left_out = export_quarantined(layout, manifest, to, source, table, load)
    printing.say(f"{rows} rows written to {to}")
    if left_out:
        printing.say(
            f"left out, as they were no rows: {left_out}. They are shown by: closedloop quarantine show "
            f"--source {source} --table {table} --rule {UNREADABLE_ROW}"
        )


@app.command()
def replay(
    source: Source = None,
    table: Table = None,
    load: LoadId = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait while another process writes to the data folder.")
    ] = False,
) -> None:
    """Judge quarantined rows again and admit those that now pass, once the mapping of closedloop.yml is mended.

    Status 1 if there are none.

    Example: `closedloop quarantine replay --table crm_lead`
    """
    from ingestion.landing.manifest import Manifest
    from orchestration.data_lock import data_folder_lock
    from orchestration.quality.gate1 import replay as judge_again

    deployment = session.deployment()
    layout, options = deployment.layout, deployment.options
    with data_folder_lock(layout, "closedloop quarantine replay", wait=wait):
        manifest = Manifest(layout.manifest_db)
        _expect_known(deployment, manifest, source, table)
        reports = [
            report
            for each in deployment.sources.values()
            if source in (None, each.name)
            for name in each.tables
            if table in (None, name)
            for report in judge_again(
                layout,
                manifest,
                each,
                name,
                None if load is None else [load],
                memory_limit=options.memory_limit,
                threads=options.threads,
            )
        ]
    if not reports:
        printing.say("no such rows are quarantined")
        raise typer.Exit(FAILED)
    printing.table(
        ("table", "unit", "load", "admitted now", "still quarantined"),
        [
            (
                report.load.table,
                report.load.unit,
                report.load.load_id,
                (report.formerly_quarantined_rows or 0) - report.quarantined_rows,
                report.quarantined_rows,
            )
            for report in reports
        ],
    )
    printing.say("the marts follow with the next closedloop run")


def _expect_known(deployment: Deployment, manifest: Manifest, source: str | None, table: str | None) -> None:
    """A name that is none would only ever find nothing, which reads as if all were well. A source that is configured no
    more may have rows still."""
    from ingestion.contracts import contracts
    from ingestion.sources.files.validation import nearest

    sources = sorted({*deployment.sources, *(load.source for load in manifest.loads())})
    for option, name, known in (("--source", source, sources), ("--table", table, list(contracts()))):
        if name is not None and name not in known:
            action = nearest(name, known, "Correct it.")
            raise InputError(
                f"{option} {name!r}: found no such name; expected one of {', '.join(known)}. {action}"
            )
