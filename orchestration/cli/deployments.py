"""`closedloop init` and `closedloop check`: a new deployment's folder, and every mistake in one.

What the folder holds is the business of `scaffolding`, what is a mistake of `checking`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli import printing, session
from orchestration.cli.error_handling import BAD_INPUT


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make; it may exist, but hold no deployment.")],
    sample: Annotated[
        bool, typer.Option("--sample", help="On the sample company instead of own data.")
    ] = False,
    leads: Annotated[int, typer.Option(help="Size of the sample company.", min=1)] = 20_000,
    seed: Annotated[
        int, typer.Option(help="Which sample company; the same seed gives the same.", min=0)
    ] = 42,
) -> None:
    """Make a new deployment's folder: closedloop.yml, the agreement's seeds to edit, .env.example.

    Examples: `closedloop init my-company`, `closedloop init try-out --sample --leads 2000`
    """
    from orchestration.deployment.scaffolding import Sample, create_deployment

    made_up = None
    if sample:
        from ingestion.sources.sample import SampleConfig

        made_up = Sample(leads, seed, SampleConfig().end)
    written = create_deployment(folder, made_up)
    printing.say(f"made {folder}:")
    for path in written:
        printing.say(f"  {path.relative_to(folder)}")
    if sample:
        printing.say(f"next: {printing.program()} --home {folder} run")
    else:
        printing.say(
            "The seeds are those of the sample company: its targets, policies, opening hours, exchange rates,"
        )
        printing.say(
            "costs and qualification rules are invented. Put yours in their place, or leave the header alone."
        )
        printing.say("next: name your exports in closedloop.yml, edit the seeds, then")
        printing.say(f"      {printing.program()} --home {folder} check")


def check() -> None:
    """Name every mistake in configuration, sources and seeds at once; status 2 if there is one.

    Example: `closedloop --home my-company check`
    """
    from orchestration.agreement import errors
    from orchestration.deployment.checking import problems

    found = problems(session.home())
    mistakes = errors(found)
    notes = [problem for problem in found if problem not in mistakes]
    for kind, told in (("note", notes), ("error", mistakes)):
        for problem in told:
            printing.say(f"{kind}: {problem}")
    if mistakes:
        printing.say(f"{len(mistakes)} mistake(s) to mend before a run")
        raise typer.Exit(BAD_INPUT)
    printing.say("no mistakes: configuration, sources and agreement fit")
