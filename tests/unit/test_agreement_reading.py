"""The agreement's files as they are read: headers, encodings, digits that count, and the frozen copy that a run gets.

Which rows are mistakes is tested beside it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.agreement import check_agreement, errors, snapshot
from tests.seed_files import HEADERS, TERMS, agreed


@pytest.mark.parametrize(
    ("seed", "row", "kept", "written"),
    [
        ("fx_rates", "EUR,2024-01-01,0.00003912345678905", "0.000039123457", "EUR,2024-01-01,0.000039123457"),
        ("fx_rates", "EUR,2024-01-01,1.084450000000000", None, "EUR,2024-01-01,1.084450000000000"),
        (
            "targets",
            "2024-01,retention_rate,all,0.87654321",
            None,
            "2024-01-01,retention_rate,all,0.87654321",
        ),
        ("attempt_costs", "call,6.12345\nemail,1\nmeeting,1\nmessage,1", "6.1235", "call,6.1235"),
    ],
)
def test_a_number_with_more_decimals_than_are_kept_is_rounded_and_said(
    tmp_path: Path, seed: str, row: str, kept: str | None, written: str
) -> None:
    assert agreed(tmp_path, **{seed: row}) == []
    notes = [
        note for note in check_agreement(tmp_path, TERMS) if (note.file, note.line) == (f"{seed}.csv", 2)
    ]
    assert [str(note).endswith(f"It counts as {kept}.") for note in notes] == ([True] if kept else [])
    snapshot(tmp_path, tmp_path / "frozen", TERMS)
    assert (tmp_path / "frozen" / f"{seed}.csv").read_text().splitlines()[1] == written


def test_a_header_is_judged_by_its_names(tmp_path: Path) -> None:
    (tmp_path / "fx_rates.csv").write_text("currency,valid_form,rate_to_reporting\nEUR,2024-01-01,1.1\n")
    unknown, missing = errors(check_agreement(tmp_path, TERMS))
    assert (unknown.line, unknown.column) == (1, "valid_form")
    assert "valid_from" in unknown.action
    assert (missing.line, missing.column) == (1, "valid_from")


def test_a_file_of_another_kind_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "attempt_costs.csv").write_text("call,6.50\nemail,1\n")
    (problem,) = errors(check_agreement(tmp_path, TERMS))
    assert (problem.file, problem.line, problem.column) == ("attempt_costs.csv", 1, None)
    assert problem.expected == "the columns activity_type, cost"


def test_text_that_is_not_utf8_is_told_by_its_line(tmp_path: Path) -> None:
    content = f"{HEADERS['stage_mapping']}\n,lead,fermé,recycled\n".encode("latin-1")
    (tmp_path / "stage_mapping.csv").write_bytes(content)
    (problem,) = errors(check_agreement(tmp_path, TERMS))
    assert (problem.file, problem.line) == ("stage_mapping.csv", 2)
    assert "0xe9" in problem.found


def test_the_frozen_copy_is_plain_and_stays_when_nothing_changed(tmp_path: Path) -> None:
    seeds, frozen = tmp_path / "seeds", tmp_path / "frozen"
    seeds.mkdir()
    (seeds / "targets.csv").write_bytes(
        b"\xef\xbb\xbfmetric,month,channel,target\r\nLeads , 2024-03 ,ALL,5\r\n"
    )
    snapshot(seeds, frozen, TERMS)
    assert (frozen / "targets.csv").read_bytes() == b"month,metric,channel,target\n2024-03-01,leads,all,5\n"
    assert {path.stem for path in frozen.glob("*.csv")} == set(HEADERS)
    assert (frozen / "fx_rates.csv").read_text() == HEADERS["fx_rates"] + "\n"
    written = (frozen / "targets.csv").stat()
    snapshot(seeds, frozen, TERMS)
    assert (frozen / "targets.csv").stat().st_mtime_ns == written.st_mtime_ns
