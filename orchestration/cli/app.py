"""The commands by name, and the options all of them share.

Only what `--help` shows first belongs here; each command stands in the module of its concern.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli import (
    calendars,
    channels,
    deployments,
    health,
    nights,
    publication,
    quarantine,
    queries,
    samples,
    session,
    sla,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Closed-loop pipeline for marketing and sales: every lead from first touch to closed deal.",
)
app.command("init")(deployments.init)
app.command("check")(deployments.check)
app.command("run")(nights.run)
app.command("status")(nights.status)
app.command("ui")(nights.ui)
app.command("doctor")(health.doctor)
app.command("query")(queries.query)
app.command("sample")(samples.sample)
app.add_typer(calendars.app, name="calendar")
app.add_typer(channels.app, name="channels")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(publication.app, name="publish")
app.add_typer(sla.app, name="sla")


@app.callback()
def choose(
    home: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the deployment, with closedloop.yml in it. "
            "Default: CLOSEDLOOP_HOME, else the current folder.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Closed-loop pipeline for marketing and sales: every lead from first touch to closed deal."""
    session.choose(home)
