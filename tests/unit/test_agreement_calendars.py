"""Calendars of the agreement: hours, exceptions and their mistakes, told where they stand.

What open time follows from them is tested with the models.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.agreement import check_agreement, errors
from orchestration.agreement.validity import Terms
from tests.seed_files import HEADERS, TERMS, agreed

CALENDAR = "de,Europe/Berlin"
CALENDAR_MISTAKES = {
    "open equal to close": ("business_hours", "de,1,09:00,9:00,,", 2, "close", "09:00"),
    "opening at the end of a day": ("business_hours", "de,1,24:00,03:00,,", 2, "open", "24:00"),
    "no such time": ("business_hours", "de,1,09:00,24:30,,", 2, "close", "'24:30'"),
    "no such weekday": ("business_hours", "de,0,09:00,17:00,,", 2, "weekday", "'0'"),
    "the same hours twice": (
        "business_hours",
        "DE,1,9:00,17:00,,2024-06-30\nde,1,09:00,17:00,2024-06-30,",
        3,
        "valid_from",
        "2024-06-30",
    ),
    "a week without hours in force": (
        "business_hours",
        "de,1,09:00,17:00,,2024-06-30\nde,2,09:00,17:00,2024-07-08,",
        3,
        "valid_from",
        "2024-07-08 only",
    ),
    "one time alone": ("calendar_exceptions", "de,2024-12-24,09:00,", 2, "close", "a blank"),
    "open and closed on one date": (
        "calendar_exceptions",
        "de,2024-12-24,,\nde,2024-12-24,09:00,12:00",
        3,
        "open",
        "an open interval on 2024-12-24",
    ),
    "a date twice": ("calendar_exceptions", "de,2024-12-24,,\nde,2024-12-24,,", 3, "close", "again"),
}


@pytest.mark.parametrize("mistake", CALENDAR_MISTAKES)
def test_a_mistake_of_a_calendar_is_told_where_it_stands(tmp_path: Path, mistake: str) -> None:
    seed, rows, line, column, told = CALENDAR_MISTAKES[mistake]
    (problem,) = agreed(tmp_path, business_calendars=CALENDAR, **{seed: rows})
    assert (problem.file, problem.line, problem.column) == (f"{seed}.csv", line, column)
    assert told in problem.found


def test_hours_may_overlap_run_past_midnight_and_change(tmp_path: Path) -> None:
    hours = (
        "de,1,09:00,17:00,,2024-06-30\nde,1,09:00,18:00,2024-07-01,\nde,1,12:00,20:00,,\n"
        "de,2,22:00,06:00,,\nde,3,00:00,24:00,,\nde,4,8:30:15,24:00,,"
    )
    assert agreed(tmp_path, business_calendars=CALENDAR, business_hours=hours) == []


def test_exceptions_fill_the_days_between_two_validities(tmp_path: Path) -> None:
    hours = "de,1,09:00,17:00,,2024-12-23\nde,1,09:00,18:00,2024-12-26,"
    closed = ("de,2024-12-24,,", "de,2024-12-25,,")
    agreed(tmp_path, business_calendars=CALENDAR)
    assert agreed(tmp_path, business_hours=hours, calendar_exceptions="\n".join(closed)) == []
    (problem,) = agreed(tmp_path, business_hours=hours, calendar_exceptions=closed[0])
    assert (problem.file, problem.line) == ("business_hours.csv", 3)


def test_a_mistake_of_a_calendar_is_not_told_again_by_those_who_name_it(tmp_path: Path) -> None:
    (problem,) = agreed(
        tmp_path,
        business_calendars="de,Europe/Berln",
        business_hours="de,1,09:00,17:00,,\nde,2,09:00,17:00,,",
    )
    assert (problem.file, problem.column) == ("business_calendars.csv", "timezone")


@pytest.mark.parametrize(
    ("calendars", "policy", "terms", "told"),
    [
        ("de,Europe/Berlin\nfr,Europe/Paris", "p1,acceptance,1,,,,,,,60,,,,,,,", TERMS, True),
        ("", "p1,acceptance,1,,,,,,,60,,,,,,,", TERMS, True),
        ("de,Europe/Berlin", "p1,acceptance,1,,,,,,,60,,,,,,,", TERMS, False),
        ("de,Europe/Berlin\nfr,Europe/Paris", "p1,acceptance,1,,,,,,,60,,,,,fr,,", TERMS, False),
        ("de,Europe/Berlin\nfr,Europe/Paris", "p1,attempts,1,,,,,,,,2,9,,,,,", TERMS, False),
        (
            "de,Europe/Berlin\nfr,Europe/Paris",
            "p1,acceptance,1,,,,,,,60,,,,,,,",
            replace(TERMS, default_calendar_id="fr"),
            False,
        ),
    ],
)
def test_a_clock_without_any_calendar_is_foreseen(
    tmp_path: Path, calendars: str, policy: str, terms: Terms, told: bool
) -> None:
    agreed(tmp_path, business_calendars=calendars, sla_policies=policy)
    notes = [note for note in check_agreement(tmp_path, terms) if "default_calendar_id" in str(note)]
    assert [(note.file, note.line, note.severity) for note in notes] == (
        [("sla_policies.csv", 2, "note")] if told else []
    )


@pytest.mark.parametrize("name", ["default_calendar_id", "goal_calendar_id"])
def test_a_calendar_that_the_configuration_names_must_exist(tmp_path: Path, name: str) -> None:
    (tmp_path / "business_calendars.csv").write_text(f"{HEADERS['business_calendars']}\n{CALENDAR}\n")
    assert errors(check_agreement(tmp_path, replace(TERMS, **{name: "DE"}))) == []
    (problem,) = errors(check_agreement(tmp_path, replace(TERMS, **{name: "fr"})))
    assert (problem.file, problem.column) == ("business_calendars.csv", "calendar_id")
    assert name in problem.found


def test_a_calendar_that_ended_or_never_opens_is_only_said(tmp_path: Path) -> None:
    agreed(
        tmp_path,
        business_calendars="de,Europe/Berlin\nfr,Europe/Paris\nus,America/New_York",
        business_hours="de,1,09:00,17:00,,2026-06-30\nfr,1,09:00,17:00,,2026-07-01",
    )
    notes = [problem for problem in check_agreement(tmp_path, TERMS) if problem.line is not None]
    assert [(note.line, note.severity) for note in notes] == [(2, "note"), (4, "note")]
    assert "ends on 2026-06-30" in notes[0].found
