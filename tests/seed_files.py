"""An agreement for tests: seeds with given rows, judged.

Only what several tests need belongs here; what they claim does not.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from orchestration.agreement import Problem, check_agreement, errors
from orchestration.agreement.rules import Terms
from orchestration.agreement.seed_schemas import SEEDS

TERMS = Terms("USD", None, ("crm",), as_of=date(2026, 7, 1))
HEADERS = {seed.name: ",".join(seed.header) for seed in SEEDS}


def agreed(folder: Path, **rows: str) -> list[Problem]:
    """Errors of an agreement in which each named seed has these rows below its header."""
    for name, text in rows.items():
        (folder / f"{name}.csv").write_text(f"{HEADERS[name]}\n{text}\n", "utf-8")
    return errors(check_agreement(folder, TERMS))
