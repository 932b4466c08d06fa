"""`closedloop doctor`: what is damaged in the data folder, and mending it.

What is looked at and how it is mended is the work of `orchestration.upkeep.doctor`.
"""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli import printing, session
from orchestration.cli.error_handling import FAILED


def doctor(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended.")] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait while another process writes to the data folder.")
    ] = False,
) -> None:
    """Look for damage in the data folder: every file against what is known of it. Status 1 while there is any.

    Examples: `closedloop doctor`, `closedloop doctor --repair`
    """
    from orchestration.data_lock import data_folder_lock
    from orchestration.upkeep.doctor import examine

    deployment = session.deployment()
    with data_folder_lock(deployment.layout, "closedloop doctor", wait=wait):
        findings = list(examine(deployment, repair=repair))
    if not findings:
        printing.say(f"{deployment.layout.root}: all is well")
        return
    printing.table(
        ("part", "found", "to do", "mended"),
        [(finding.part, finding.found, finding.action, finding.is_mended) for finding in findings],
    )
    left = sum(not finding.is_mended for finding in findings)
    if left:
        printing.say(
            f"{left} finding(s) left" + ("" if repair else "; closedloop doctor --repair mends what it can")
        )
        raise typer.Exit(FAILED)
    printing.say("all is mended; the marts follow with the next closedloop run")
