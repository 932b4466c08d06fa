"""`closedloop calendar build`: public holidays and worked weekends as exceptions, beside rows that people edited.

That the agreement accepts what comes out is asked here; what exceptions do to open time is tested with the models.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.agreement import check_agreement, errors
from orchestration.agreement.rules import Terms
from tests.conftest import Call

HEADER = "calendar_id,date,open,close"


@pytest.fixture
def home(call: Call, tmp_path: Path) -> Path:
    """A deployment on the sample's agreement."""
    call("init", tmp_path / "acme")
    return tmp_path / "acme"


def built(call: Call, *arguments: object) -> list[str]:
    result = call(*arguments)
    assert result.status == 0, result.err
    header, *rows = result.out.splitlines()
    assert header == HEADER
    return rows


def test_holidays_close_and_weekends_worked_in_exchange_open(call: Call, tmp_path: Path) -> None:
    rows = built(call, "--home", tmp_path, "calendar", "build", "--country", "cn", "--years", 2024)
    # National Day 2024: 1 to 7 October off, for which Sunday 29 September and Saturday 12 October were worked.
    october = [row for row in rows if "2024-09-29" <= row.split(",")[1] <= "2024-10-31"]
    assert october == [
        "cn,2024-09-29,09:00,18:00",
        *(f"cn,2024-10-0{day},," for day in (1, 2, 3, 4, 7)),
        "cn,2024-10-12,09:00,18:00",
    ]


def test_a_part_of_a_country_has_holidays_of_its_own(call: Call, tmp_path: Path) -> None:
    command = ("--home", tmp_path, "calendar", "build", "--country", "DE", "--years", "2024-2025")
    everywhere, bavaria = built(call, *command), built(call, *command, "--subdivision", "BY")
    assert "de,2025-10-03,," in everywhere
    assert set(everywhere) < set(bavaria)
    # Epiphany; in 2024 a Saturday, on which nobody works anyway.
    assert [row for row in bavaria if "-01-06" in row] == ["de,2025-01-06,,"]


def test_worked_weekends_open_as_the_calendar_does(call: Call, home: Path) -> None:
    command = ("--home", home, "calendar", "build", "--country", "CN", "--years", 2026, "--calendar", "apac")
    rows = built(call, *command)
    assert [row for row in rows if "2026-02-28" in row] == [
        "apac,2026-02-28,09:00,12:00",
        "apac,2026-02-28,13:00,19:00",
    ]
    rows = built(call, *command, "--hours", "8:00-11:30,13:00-24:00")
    assert [row for row in rows if "2026-02-28" in row] == [
        "apac,2026-02-28,08:00,11:30",
        "apac,2026-02-28,13:00,24:00",
    ]


def test_edited_rows_stay_and_only_new_dates_are_added(call: Call, home: Path) -> None:
    seed = home / "seeds" / "calendar_exceptions.csv"
    # Another order of columns, CRLF, an edited holiday and no end of the last line.
    edited = "date,calendar_id,open,close\r\n2026-10-01,APAC,10:00,12:00\r\n2026-10-01,emea,,"
    seed.write_bytes(edited.encode())
    command = ("--home", home, "calendar", "build", "--country", "CN", "--years", 2026, "--calendar", "apac")
    result = call(*command, "--write")
    assert result.status == 0
    text = seed.read_bytes().decode()
    assert text.startswith(edited + "\r\n")
    lines = text.split("\r\n")
    assert "2026-10-02,apac,," in lines
    assert [line for line in lines if line.startswith("2026-10-01")] == [
        "2026-10-01,APAC,10:00,12:00",
        "2026-10-01,emea,,",
    ]
    assert errors(check_agreement(home / "seeds", Terms("USD", None, ()))) == []
    again = call(*command, "--write")
    assert "added 0 date(s)" in again.out
    assert seed.read_bytes().decode() == text


def test_years_whose_worked_weekends_are_not_announced_are_named(call: Call, tmp_path: Path) -> None:
    result = call("--home", tmp_path, "calendar", "build", "--country", "CN", "--years", "2024-2090")
    assert (result.status, "2024-2090" in result.err) == (2, True)
    result = call("--home", tmp_path, "calendar", "build", "--country", "CN", "--years", "2024-2060")
    assert "no worked weekend of 2060 is known" in result.err
    assert "2024 again" not in result.err
    quiet = call("--home", tmp_path, "calendar", "build", "--country", "US", "--years", "2024-2060")
    assert quiet.err == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--country", "XX", "--years", "2026"), "ISO 3166"),
        (("--country", "DE", "--subdivision", "ZZ", "--years", "2026"), "subdivision ZZ"),
        (("--country", "DE", "--years", "soon"), "2024-2027"),
        (("--country", "DE", "--years", "2027-2026"), "2027-2026"),
        (("--country", "DE", "--years", "2026", "--hours", "9-17"), "09:00-12:00,13:00-18:00"),
        (("--country", "DE", "--years", "2026", "--write"), "no calendar 'de'"),
    ],
)
def test_what_cannot_be_used_is_told(call: Call, home: Path, arguments: tuple[str, ...], told: str) -> None:
    seed = home / "seeds" / "calendar_exceptions.csv"
    before = seed.read_bytes()
    result = call("--home", home, "calendar", "build", *arguments)
    assert result.status == 2
    assert told in result.err
    assert seed.read_bytes() == before


def test_a_seed_with_mistakes_is_not_added_to(call: Call, home: Path) -> None:
    seed = home / "seeds" / "calendar_exceptions.csv"
    seed.write_text(f"{HEADER}\nemea,tomorrow,,\n")
    result = call(
        *("--home", home, "calendar", "build", "--country", "DE", "--years", 2026, "--calendar", "emea"),
        "--write",
    )
    assert result.status == 2
    assert "line 2, date" in result.err
    assert seed.read_text() == f"{HEADER}\nemea,tomorrow,,\n"
