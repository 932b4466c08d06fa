"""The quarantine: what is counted, shown and exported is what was not admitted, and a mended export comes in."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from ingestion.quarantine import export_quarantined, list_quarantined, show_quarantined
from orchestration.quality.gate1 import admit_pending
from tests.landings import NOON, GivenSource, Landing, extract

LEADS = {
    "lead_id": ["1", "", "3", ""],
    "created_at": ["2024-01-01", "2024-01-02", "soon", "2024-01-04"],
    "note": ["a", 'b, "c"', "d\ne", None],
}


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    """Two loads of one table, the second with a row that was none."""
    landing = Landing(tmp_path)
    source = GivenSource("crm_lead")
    torn = [(9, "torn,", "found 2 fields, expected 3")]
    landing.land(source, extract(LEADS, "a.csv"), extract(LEADS, "b.csv", rejects=torn))
    admit_pending(landing.layout, landing.manifest, source, "crm_lead")
    return landing


def test_rows_are_counted_by_rule_with_the_first_and_last_load(landing: Landing) -> None:
    later = NOON + timedelta(microseconds=1)
    found = list_quarantined(landing.layout, landing.manifest)
    assert [(one.source, one.table, one.rule, one.column, one.rows, one.loads) for one in found] == [
        ("crm", "crm_lead", "required", "lead_id", 4, 2),
        ("crm", "crm_lead", "readable", "created_at", 2, 2),
        ("crm", "crm_lead", "unreadable_row", "", 1, 1),
    ]
    assert [(one.first_at, one.last_at) for one in found] == [(NOON, later), (NOON, later), (later, later)]
    assert sum(one.rows for one in found) == sum(load.quarantined_rows for load in landing.manifest.loads())


def test_rows_are_shown_in_order_and_narrowed(landing: Landing) -> None:
    rows = list(show_quarantined(landing.layout, landing.manifest, table="crm_lead"))
    assert [(row.unit, row.line, row.rule) for row in rows] == [
        ("a.csv", 3, "required"),
        ("a.csv", 4, "readable"),
        ("a.csv", 5, "required"),
        ("b.csv", 3, "required"),
        ("b.csv", 4, "readable"),
        ("b.csv", 5, "required"),
        ("b.csv", 9, "unreadable_row"),
    ]
    assert rows[1].received == {"lead_id": "3", "created_at": "soon", "note": "d\ne"}
    assert (rows[-1].received, rows[-1].original) == (None, "torn,")
    assert [
        row.rule for row in show_quarantined(landing.layout, landing.manifest, rule="readable", limit=1)
    ] == ["readable"]
    only = list(show_quarantined(landing.layout, landing.manifest, load_id=rows[0].load_id))
    assert only == rows[:3]
    assert list(show_quarantined(landing.layout, landing.manifest, source="other")) == []
    assert list_quarantined(landing.layout, landing.manifest, table="crm_user") == []


def test_an_export_says_how_many_lines_were_no_rows(landing: Landing, tmp_path: Path) -> None:
    target = tmp_path / "mend.csv"
    written = export_quarantined(landing.layout, landing.manifest, target, "crm", "crm_lead")
    with target.open(encoding="utf-8", newline="") as file:
        assert written == (len(list(csv.DictReader(file))), 1)


def test_an_export_is_mended_and_dropped_among_the_files(landing: Landing, tmp_path: Path) -> None:
    target = tmp_path / "mend.csv"
    first = landing.manifest.loads()[0]
    written = export_quarantined(landing.layout, landing.manifest, target, "crm", "crm_lead", first.load_id)
    assert written == (3, 0)
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["note"] for row in rows] == ['b, "c"', "d\ne", ""]
    assert rows[1]["quarantine_reason"].startswith("created_at: found 'soon', expected")

    for number, row in enumerate(rows, start=10):
        row |= {
            "lead_id": row["lead_id"] or str(number),
            "created_at": row["created_at"].replace("soon", "2024-01-03"),
        }
    mended = {name: [row[name] for row in rows] for name in rows[0]}
    source = GivenSource("crm_lead")
    landing.land(source, extract(mended, "mend.csv"))
    (report,) = admit_pending(landing.layout, landing.manifest, source, "crm_lead")
    assert (report.admitted_rows, report.quarantined_rows) == (3, 0)
