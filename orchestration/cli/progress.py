"""Progress of a night: what the work logs, on the screen with the seconds so far and in the run's log file.

How it looks belongs here; what is worth telling is up to the work.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path


@contextmanager
def shown(folder: Path) -> Iterator[None]:
    """Show progress meanwhile, and keep it in `folder`/night.jsonl: one JSON object a line."""
    folder.mkdir(parents=True, exist_ok=True)
    screen, file = _Screen(), _File(folder / "night.jsonl", encoding="utf-8")
    file.setFormatter(_JsonLines())
    logger = logging.getLogger("closedloop")
    level = logger.level
    logger.setLevel(logging.INFO)
    for handler in (screen, file):
        logger.addHandler(handler)
    try:
        yield
    finally:
        logger.setLevel(level)
        for handler in (screen, file):
            logger.removeHandler(handler)
            handler.close()


class _File(logging.FileHandler):
    def handleError(self, record: logging.LogRecord) -> None:
        """A disk that takes no more is told by the work that it stops, not once a line."""


class _Screen(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.began = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        seconds = time.monotonic() - self.began
        mark = "" if record.levelno < logging.WARNING else f"{record.levelname.lower()}: "
        print(f"{seconds:6.1f} s  {mark}{record.getMessage()}", file=sys.stderr, flush=True)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)
