"""Workbooks as batches: cells as text, sheets and header rows by name, what lies beyond the headers.

Damaged ones, and formats by their content, are tested in test_files_formats.
"""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import pytest

from ingestion.sources.files import UnreadableFile
from tests.file_sources import read, workbook


@pytest.mark.parametrize("name", ["leads.xlsx", "leads.csv"])
def test_a_workbook_is_known_by_its_content_and_read_as_text(tmp_path: Path, name: str) -> None:
    content = workbook(
        ("Id", "Created", "Day", "At", "Amount", "Count", "Won", "Name", None),
        (1, datetime(2026, 3, 1, 14, 5, 6), date(2026, 3, 1), time(9, 30), 1234.5, 10.0, True, "Zoë"),
        (None,) * 8,
        ("00Q2", datetime(2026, 3, 1, 23, 59, 59, 999600), None, None, 0.1 + 0.2, 1e15, False, ""),
    )
    rows, rejects = read(tmp_path, name, content)
    assert rows == [
        {
            "Id": "1",
            "Created": "2026-03-01T14:05:06",
            "Day": "2026-03-01",
            "At": "09:30:00",
            "Amount": "1234.5",
            "Count": "10",
            "Won": "true",
            "Name": "Zoë",
            "_line": 2,
        },
        {
            "Id": "00Q2",
            "Created": "2026-03-02",
            "Day": None,
            "At": None,
            "Amount": "0.3",
            "Count": "1000000000000000",
            "Won": "false",
            "Name": None,
            "_line": 4,
        },
    ]
    assert rejects == []


def test_escapes_of_a_workbook_are_the_signs_they_stand_for(tmp_path: Path) -> None:
    content = workbook(
        ("Id", "Note_x000D_\n"),
        ("1_x000D_\n", "a_x000D_\nb_x0009_c"),
        ("_x0_", "_x005F_x000D_ _xD83D_ _xd83d_ max_x1234"),
    )
    rows, rejects = read(tmp_path, "leads.xlsx", content)
    assert rows == [
        {"Id": "1\r\n", "Note": "a\r\nb\tc", "_line": 2},
        {"Id": "_x0_", "Note": "_x000D_ _xD83D_ _xd83d_ max_x1234", "_line": 3},
    ]
    assert rejects == []


def test_a_csv_named_xlsx_is_read_as_csv(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, "leads.xlsx", b"Id,Name\n1,Ann\n", format="xlsx")
    assert rows == [{"Id": "1", "Name": "Ann", "_line": 2}]


def test_the_sheet_and_its_header_row_can_be_named(tmp_path: Path) -> None:
    content = workbook(("Leads of May",), (), ("Id",), (7,), sheet="Leads", before=("Cover",))
    assert read(tmp_path, "x.xlsx", content, sheet="Leads", header_row=3)[0] == [{"Id": "7", "_line": 4}]
    assert read(tmp_path, "x.xlsx", content)[0] == []
    with pytest.raises(
        UnreadableFile, match=r"x.xlsx: found the sheets Cover, Leads; expected a sheet Lead. Correct"
    ):
        read(tmp_path, "x.xlsx", content, sheet="Lead")


def test_a_value_beyond_the_headers_of_a_sheet_is_rejected(tmp_path: Path) -> None:
    rows, rejects = read(tmp_path, "x.xlsx", workbook(("Id", "Name"), (1, "Ann", "x"), (2,)))
    assert rows == [{"Id": "2", "Name": None, "_line": 3}]
    assert rejects == [(2, "1\tAnn\tx", "found a value in column 3; expected none beyond the 2 headers")]


def test_a_workbook_without_values_has_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path, "x.xlsx", workbook()) == ([], [])
    assert read(tmp_path, "x.xlsx", workbook(("Id",))) == ([], [])
