"""The folders of parsed models: how one comes to its place, and how long it stays there.

What a parse is and where its folder lies is said in `parsed_project`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

KEPT = 4
"""Parses that stay whenever they were last used, the newest first."""

USED_LATELY = 86_400
"""Seconds since its last use in which a parse stays as well: checkouts of different code may take turns."""

GIVEN_UP = 3_600
"""Seconds without a new file after which a parse is taken for broken off; one takes a quarter of a minute."""

UNFINISHED = "parsing-"
"""What the names of folders begin with that are no parse yet, or none any more."""


def begin(ready: Path) -> Path:
    """A new folder beside the finished parses: two nights of two deployments may parse at once, and one be killed."""
    ready.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=ready))


def finish(unfinished: Path, folder: Path) -> None:
    """Put a parse in its place, unless another one of the same was first, and remove those no longer wanted.

    Those are all that are neither among the newest four nor were used in the last day, and what parses left that were
    broken off more than an hour ago.
    """
    try:
        unfinished.rename(folder)
    except OSError:  # the other one was first
        shutil.rmtree(unfinished, ignore_errors=True)
    with suppress(OSError):  # another one removes the same; the next parse looks again
        _remove_unwanted(folder.parent)


def use(folder: Path) -> None:
    """Note that a parse is used now."""
    with suppress(OSError):  # of another user, who may be the only one to write there
        os.utime(folder)


def _remove_unwanted(ready: Path) -> None:
    now = time.time()
    last_used = {folder: folder.stat().st_mtime for folder in ready.iterdir()}
    finished = [folder for folder in last_used if not folder.name.startswith(UNFINISHED)]
    for folder in sorted(finished, key=lambda each: last_used[each], reverse=True)[KEPT:]:
        if last_used[folder] < now - USED_LATELY:
            # No parse any more from one moment to the next: one that is half removed would be taken for whole.
            folder.rename(folder.with_name(f"{UNFINISHED}{folder.name}"))
    for folder in ready.glob(f"{UNFINISHED}*"):
        if folder.stat().st_mtime < now - GIVEN_UP:
            shutil.rmtree(folder, ignore_errors=True)
