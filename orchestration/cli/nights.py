"""`closedloop run`, `status` and `ui`: a night, what came of the last ones, Dagster's page.

The night itself is run by `orchestration.run`; what is said about it stands in `summary`.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from orchestration.cli import printing, session
from orchestration.cli.error_handling import FAILED, InputError

if TYPE_CHECKING:
    from orchestration.night import Only
    from orchestration.settings import Deployment


def run(
    as_of: Annotated[
        str | None,
        typer.Option(
            help="Moment to speak for, ISO-8601 (UTC if it has no offset). Default: as_of of closedloop.yml, else now.",
            show_default=False,
        ),
    ] = None,
    full_refresh: Annotated[
        bool,
        typer.Option(
            "--full-refresh", help="Rebuild the warehouse from the landing; gives the same content."
        ),
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            help="Read the sources again from this moment on: files landed since, and of tables with a cursor all "
            "rows from it on.",
            show_default=False,
        ),
    ] = None,
    only: Annotated[
        Literal["sla"] | None,
        typer.Option(
            help="Land no more than this needs: for sla, the tables of the CRM. Whatever was landed is built and "
            "published as ever.",
            show_default=False,
        ),
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait while another process writes to the data folder.")
    ] = False,
) -> None:
    """Run a night: land what is new, judge it, rebuild the marts, prove that the books balance, publish.

    Examples: `closedloop run`, `closedloop run --only sla`, `closedloop run --as-of 2026-07-01T00:00:00Z`,
    `closedloop run --since 2026-06-01`
    """
    from orchestration.alerting.alerts import alert_not_begun
    from orchestration.data_lock import InUse

    moment, again_from = _moment("--as-of", as_of), _moment("--since", since)
    try:
        is_well = _run(moment, again_from, full_refresh, only, wait)
    except Exception as error:
        # A night that never began cannot tell by itself. That another is at work is no news of an hour's run: there is
        # always a next one.
        if not (only and isinstance(error, InUse)):
            alert_not_begun(session.home(), error, "an intraday run" if only else "a night")
        raise
    if not is_well:
        raise typer.Exit(FAILED)


def _run(
    moment: datetime | None, again_from: datetime | None, full_refresh: bool, only: Only | None, wait: bool
) -> bool:
    """Run a night and tell what came of it; True when it went well."""
    deployment = session.deployment()
    _judge_agreement(deployment)
    from orchestration.cli.progress import show_progress
    from orchestration.cli.summary import tell_failure, tell_night, tell_unchanged
    from orchestration.run import run_night

    started, clock = datetime.now(UTC).replace(tzinfo=None), time.monotonic()
    with show_progress():
        outcome = run_night(
            deployment, moment, full_refresh=full_refresh, since=again_from, only=only, wait=wait
        )
    seconds = time.monotonic() - clock
    if not outcome.succeeded:
        tell_failure(outcome, seconds)
    elif outcome.is_unchanged:
        tell_unchanged(deployment, outcome, seconds)
    else:
        tell_night(deployment, outcome, started, seconds)
    return outcome.succeeded


def status() -> None:
    """Show what is published, the last nights, how fresh each table is, what is quarantined, and the disk.

    Example: `closedloop status`
    """
    from orchestration.cli.overview import tell

    tell(session.deployment())


def ui(
    port: Annotated[
        int, typer.Option(help="Port on this machine; nobody else can reach it.", min=1, max=65535)
    ] = 3000,
) -> None:
    """Show the pipeline in Dagster's web page, with its schedules running. Ctrl-C ends both.

    Example: `closedloop ui --port 3001`
    """
    from orchestration.settings import REPOSITORY

    deployment = session.deployment()
    _expect_free(port)
    deployment.layout.dagster.mkdir(parents=True, exist_ok=True)
    printing.say(f"http://127.0.0.1:{port} in a moment; Ctrl-C ends it")
    sys.stdout.flush()
    os.environ |= {
        "CLOSEDLOOP_HOME": str(deployment.home),
        "CLOSEDLOOP_DAGSTER_HOME": str(deployment.layout.dagster),
        "DAGSTER_HOME": str(REPOSITORY),
    }
    arguments = [
        "dev",
        "--module-name",
        "orchestration.definitions",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    os.execv(sys.executable, [sys.executable, "-m", "dagster", *arguments])


def _expect_free(port: int) -> None:
    """Dagster would go on without its page, and its daemon beside that of whoever has the port."""
    with socket.socket() as asked:
        # As the page asks for it: a port that was just given back is free.
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind(("127.0.0.1", port))
        except OSError as error:
            raise InputError(
                f"port {port} of this machine cannot be had ({error.strerror}); expected a free one. Another "
                f"closedloop ui may run already; else name another port, as in: closedloop ui --port {port % 65535 + 1}"
            ) from error


def _judge_agreement(deployment: Deployment) -> None:
    """Mistakes of the agreement are bad input, as those of the configuration are: told before anything starts."""
    from orchestration.agreement import AgreementError, check_agreement, errors

    mistakes = errors(check_agreement(deployment.seeds, deployment.terms))
    if mistakes:
        raise AgreementError(mistakes)


def _moment(option: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    from orchestration.settings import naive_utc

    try:
        return naive_utc(datetime.fromisoformat(text))
    except ValueError:
        raise InputError(
            f"{option} {text!r} is no moment; expected ISO-8601 such as 2026-07-01T00:00:00Z"
        ) from None
