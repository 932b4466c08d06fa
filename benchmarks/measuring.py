"""How a step is measured: in a process of its own, by the clock on the wall and the most memory it held.

Nothing is known here of what the steps do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Measured:
    """One step of one company: seconds on the wall with the start of its process, seconds of processor time on all
    cores, peak resident memory in MB, and what it told.
    """

    step: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    told: dict[str, Any]

    @property
    def rows(self) -> int | None:
        return self.told.get("rows")


def measured(step: str, arguments: Sequence[str]) -> Measured:
    """Run `python ARGUMENTS` and measure it. The last line it prints is taken if it is JSON; raises SystemExit with
    what it printed when it fails.
    """
    started = time.monotonic()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{step} failed with status {process.returncode}\n{output}")
    last = output.strip().rpartition("\n")[2]
    told = json.loads(last) if last.startswith("{") else {}
    return Measured(step, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, told)
