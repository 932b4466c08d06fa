"""`closedloop sla`: the service level agreement between marketing and sales under other terms.

What is told here is computed by `orchestration.sla_replay`.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli import printing, session
from orchestration.cli.error_handling import InputError
from orchestration.cli.printing import Format

app = typer.Typer(no_args_is_help=True, help="Service level agreement: replay history under other terms.")


@app.command()
def replay(
    policy: Annotated[
        Path, typer.Option(help="CSV file shaped like sla_policies.csv, with the other terms.")
    ],
    first: Annotated[
        str | None, typer.Option("--from", help="First month, YYYY-MM. Default: all.", show_default=False)
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="Last month, YYYY-MM. Default: all.", show_default=False)
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
) -> None:
    """Tell what attainment would have been under other policies, beside what it was. Nothing is published.

    Example: `closedloop sla replay --policy stricter.csv --from 2026-01 --to 2026-06`
    """
    from orchestration.sla_replay import ReplayRow, replay_sla

    if not policy.is_file():
        raise InputError(f"{policy} is no file; give a CSV file shaped like seeds/sla_policies.csv")
    since, until = _month("--from", first), _month("--to", last)
    if since is not None and until is not None and since > until:
        raise InputError(f"--from {first} lies after --to {last}; give the earlier month as --from")
    rows = replay_sla(session.deployment(), policy, since, until)
    printing.write(form, ReplayRow._fields, rows)


def _month(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        raise InputError(f"{option} {text} is no month; give one as in {option} 2026-01") from None
