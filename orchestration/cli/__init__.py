"""The command line: thin commands over the work that other packages do.

Arguments, words on the screen and exit statuses belong here (0 well, 1 a failed night or nothing found, 2 bad input);
nothing that a program could want to call does. Commands import what they need when they run: `--help` must be quick.
"""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """The entry point `closedloop`."""
    from orchestration.cli.app import app
    from orchestration.cli.failing import told

    with told():
        app()
