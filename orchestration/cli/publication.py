"""`closedloop publish`: the published versions, going back to one, and whether they are intact.

How versions are kept and swapped is the work of `orchestration.publish`.
"""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli import printing, session
from orchestration.cli.error_handling import FAILED

app = typer.Typer(no_args_is_help=True, help="Published versions: list, roll back, verify.")


@app.command("list")
def list_versions() -> None:
    """List the published versions, the newest first; `*` marks the one readers get. Status 1 if there is none.

    Example: `closedloop publish list`
    """
    from orchestration.publish import current, versions

    published = session.deployment().layout.published
    found = versions(published)
    if not found:
        printing.say(f"nothing is published in {published} yet; run `closedloop run`")
        raise typer.Exit(FAILED)
    live = current(published)
    printing.table(
        ("", "version", "published (UTC)", "as of (UTC)", "only", "rows", "size", "content", "run", "code"),
        [
            (
                "*" if live and version.version == live.version else "",
                version.version,
                version.published_at,
                version.as_of,
                version.only,
                version.rows,
                printing.size(version.bytes),
                version.content[:12],
                version.run_id[:8],
                (version.git_revision or "")[:12],
            )
            for version in found
        ],
    )


@app.command()
def rollback(
    version: Annotated[
        str, typer.Argument(help="Version to make live again; `previous` is the one before the live one.")
    ] = "previous",
) -> None:
    """Make an earlier version live again, until the next publication.

    Example: `closedloop publish rollback` or `closedloop publish rollback v000012`
    """
    from orchestration.publish import rollback as roll_back

    live = roll_back(session.deployment().layout.published, version)
    printing.say(f"{live.version} is live again: as of {printing.cell(live.as_of)} UTC, {live.rows:,} rows")


@app.command()
def verify(
    version: Annotated[
        str | None, typer.Argument(help="Version to check. Default: the live one.", show_default=False)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Check all versions.")] = False,
) -> None:
    """Check that the files of a version are as they were published; status 1 if not.

    Example: `closedloop publish verify --all`
    """
    from orchestration.publish import verify as problems_of
    from orchestration.publish import versions

    published = session.deployment().layout.published
    names = [found.version for found in versions(published)] if every else [version]
    damaged = False
    for name in names:
        problems = problems_of(published, name)
        damaged = damaged or bool(problems)
        printing.say(f"{name or 'the live version'}: {'; '.join(problems) or 'as it was published'}")
    if damaged:
        raise typer.Exit(FAILED)
