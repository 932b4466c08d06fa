"""Progress of a night on the screen: what the work logs, with the seconds so far.

How it looks belongs here; what is worth telling is up to the work, and `run_log` keeps it.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from orchestration.failures import LOGGER as FAILURES


@contextmanager
def show_progress() -> Iterator[None]:
    """Show the progress of what is done in the block."""
    screen, logger = _Screen(), logging.getLogger("closedloop")
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(screen)
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(screen)
        screen.close()


class _Screen(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.began = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == FAILURES:
            return  # the night's summary tells them
        seconds = time.monotonic() - self.began
        mark = "" if record.levelno < logging.WARNING else f"{record.levelname.lower()}: "
        print(f"{seconds:6.1f} s  {mark}{record.getMessage()}", file=sys.stderr, flush=True)
