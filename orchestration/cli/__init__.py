"""The command line: thin commands over the work that other packages do.

Arguments, words on the screen and exit statuses (see `error_handling`) belong here; nothing that a program could want
to call does. Commands import what they need when they run: `--help` must be quick.
"""

from __future__ import annotations

import gc

__all__ = ["main"]


def main() -> None:
    """The entry point `closedloop`."""
    # A night makes a million objects that stay; looking through them as often as Python does is a tenth of it.
    gc.set_threshold(1_000_000, 10, 10)

    from orchestration.cli.app import app
    from orchestration.cli.error_handling import report_errors

    try:
        with report_errors():
            app()
    finally:
        # The end of the process takes them all; Python would look through them several times first, for two seconds.
        gc.freeze()
