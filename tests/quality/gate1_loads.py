"""Loads that the tests of gate 1 judge: leads with and without mistakes, and what gate 1 made of them.

Only what several of these tests need belongs here; what they claim does not.
"""

from __future__ import annotations

from typing import Any

from orchestration.quality import gate1
from orchestration.quality.gate1 import admit_pending
from tests.landings import GivenSource, Landing

LEADS = {
    "lead_id": ["1", "2", "", "4", "5"],
    "created_at": ["2024-01-01", "soon", "2024-01-03", "never", "2024-01-05"],
    "employee_count": ["1", "x", "3", "4", "5"],
    "note": ["a", "b", "c", "d", "é"],
}


def admit(landing: Landing, source: GivenSource, **more: Any) -> list[gate1.AdmissionReport]:
    return admit_pending(landing.layout, landing.manifest, source, source.table, **more)


def failed(report: gate1.AdmissionReport) -> dict[tuple[str, str], int]:
    return {
        (result.rule, result.column): result.failed_rows
        for result in report.results
        if result.status != "pass"
    }


def mostly_bad(rows: int = 60, bad: int = 20) -> dict[str, list[str]]:
    return {
        "lead_id": [str(row) for row in range(rows)],
        "created_at": ["2024-01-01" if row >= bad else f"day {row}" for row in range(rows)],
    }
