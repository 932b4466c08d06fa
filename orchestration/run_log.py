"""The log of a run in the deployment's own folder: what the work says, one JSON object a line.

It is kept of every run, whoever started it; what is worth saying is up to the work, and the screen to the command line.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

FILE = "night.jsonl"

logger = logging.getLogger("closedloop")


@contextmanager
def log_run_to(folder: Path, run_id: str) -> Iterator[None]:
    """Keep the log of the block in `folder`/night.jsonl. Where it cannot be written, that is said and nothing kept."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = logging.FileHandler(folder / FILE, encoding="utf-8")
    except OSError as error:
        logger.warning("the log of this run is not kept: %s", error)
        yield
        return
    file.setFormatter(_JsonLines(run_id))
    level, is_raising = logger.level, logging.raiseExceptions
    logger.setLevel(logging.INFO)
    # A disk that takes no more is told by the work that it stops, not by a traceback a line that cannot be logged.
    logging.raiseExceptions = False
    logger.addHandler(file)
    try:
        yield
    finally:
        logger.setLevel(level)
        logging.raiseExceptions = is_raising
        logger.removeHandler(file)
        file.close()


class _JsonLines(logging.Formatter):
    def __init__(self, run_id: str) -> None:
        super().__init__()
        self.run_id = run_id

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "run_id": self.run_id,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)
