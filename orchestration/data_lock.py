"""One at a time: the lock on a deployment's data folder, which whoever writes to it holds.

The operating system keeps it, as a lock on a file, and a kill gives it back; what is done under it does not belong
here. Readers of published versions need no lock.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from ingestion.errors import ClosedloopError
from ingestion.landing.layout import Layout
from orchestration.settings import now
from orchestration.upkeep.full_disk import full_disk

logger = logging.getLogger("closedloop.data_lock")

PATIENCE = 1.0
"""Seconds after which the lock is refused: whoever only looks at who holds it is done long before."""
PAUSE = 0.2
"""Seconds between two tries. Not one blocking call, which Dagster could not cancel."""


class InUse(ClosedloopError):
    """Another process writes to the data folder."""


class NotWritable(ClosedloopError):
    """This process may not write to the data folder."""


@dataclass(frozen=True)
class LockHolder:
    """Who has the lock: what it does, its process, since when (naive UTC), and its Dagster run once it has one."""

    what: str
    process: int
    since: datetime
    run_id: str | None = None

    def __str__(self) -> str:
        return f"{self.what} (process {self.process}) since {self.since:%Y-%m-%d %H:%M:%S} UTC"


class DataLock:
    """A lock that this process holds. `broken_off` is the latest holder killed in the middle of a run of Dagster.

    It is kept, whoever has the lock next, until one says that the run was ended and told of.
    """

    def __init__(self, file: TextIO, holder: LockHolder, broken_off: LockHolder | None) -> None:
        self._file, self._holder, self.broken_off = file, holder, broken_off
        _note(file, holder)

    def name_run(self, run_id: str) -> None:
        """Keep under which run Dagster knows what is done under this lock."""
        self._holder = LockHolder(self._holder.what, self._holder.process, self._holder.since, run_id)
        _note(self._file, self._holder)

    def acknowledge(self) -> None:
        """The run that was broken off has been ended and told of."""
        self.broken_off = None


_taken: dict[Path, DataLock] = {}
"""The locks of this process: a step of a night shares the lock of its run."""


@contextmanager
def data_folder_lock(layout: Layout, what: str, *, wait: bool = False) -> Iterator[DataLock]:
    """Hold the lock on a data folder until the end of the block, or share the one this process holds already.

    Raises InUse when another process holds it and `wait` is false, NotWritable when there is no writing to the folder.
    """
    if layout.lock in _taken:
        yield _taken[layout.lock]
        return
    with _opened(layout) as file:
        _take(file, layout, wait)
        taken = _taken[layout.lock] = DataLock(file, LockHolder(what, os.getpid(), now()), _broken_off(file))
        try:
            yield taken
        finally:
            del _taken[layout.lock]
            if taken.broken_off is None:
                file.truncate(0)


def holder(layout: Layout) -> LockHolder | None:
    """Who has the lock now; None when nobody does."""
    if not layout.lock.exists():
        return None
    with layout.lock.open("r", encoding="utf-8", errors="replace") as file:
        return None if _try(file, fcntl.LOCK_SH) else _latest(file)


def _opened(layout: Layout) -> TextIO:
    try:
        layout.root.mkdir(parents=True, exist_ok=True)
        return layout.lock.open("a+", encoding="utf-8", errors="replace")
    except OSError as error:
        if full_disk(error) is not None:
            raise
        raise NotWritable(
            f"{layout.root} cannot be written to ({error}); expected a data folder that belongs to the user who runs "
            "closedloop. Nothing was started: give it to that user, or name another one as `data` in closedloop.yml"
        ) from error


def _take(file: TextIO, layout: Layout, wait: bool) -> None:
    began, is_told = time.monotonic(), False
    while not _try(file, fcntl.LOCK_EX):
        if time.monotonic() - began >= PATIENCE:
            who = _latest(file) or "another process"
            if not wait:
                raise InUse(
                    f"{layout.root} is in use by {who}; expected one process at a time. "
                    "Nothing was started: run again when that one has ended, or wait for it with --wait"
                )
            if not is_told:
                logger.info("waiting for %s", who)
                is_told = True
        time.sleep(PAUSE)


def _try(file: TextIO, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _latest(file: TextIO) -> LockHolder | None:
    """Who was noted last; None while the one who has the lock is only just being noted."""
    return next(reversed(_read(file)), None)


def _broken_off(file: TextIO) -> LockHolder | None:
    """The latest noted with a run of Dagster: of others nobody has to be told."""
    return next((one for one in reversed(_read(file)) if one.run_id is not None), None)


def _read(file: TextIO) -> list[LockHolder]:
    """Who is noted, in their order; nobody after a holder that ended well and left nobody to be told of."""
    file.seek(0)
    found = []
    for line in file:
        try:
            noted = json.loads(line)
            found.append(LockHolder(**{**noted, "since": datetime.fromisoformat(noted["since"])}))
        except (ValueError, KeyError, TypeError):
            continue  # cut by a kill or a full disk
    return found


def _note(file: TextIO, holder: LockHolder) -> None:
    """Add a line: whoever is noted already stays so, should this one be cut."""
    file.write("\n" + json.dumps({**vars(holder), "since": holder.since.isoformat()}) + "\n")
    file.flush()
