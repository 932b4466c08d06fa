"""Gate 1 judges again what a changed mapping or a replay asks for, and loses or doubles no row.

What it judges by does not belong here.
"""

from __future__ import annotations

from datetime import datetime

import pytest

from ingestion.mapping import TableMapping
from orchestration.quality.gate1 import GateError, replay
from tests.landings import GivenSource, Landing, extract
from tests.quality.gate1_loads import LEADS, admit, mostly_bad


def test_nothing_is_judged_twice_until_the_mapping_changes(landing: Landing) -> None:
    source = GivenSource("crm_lead", [extract(LEADS)])
    landing.land(source)
    admit(landing, source)
    assert admit(landing, source) == []
    source.how = TableMapping.model_validate(
        {"columns": {"created_at": {"column": "created_at", "values": {"soon": "2024-01-02"}}}}
    )
    (report,) = admit(landing, source)
    assert (report.formerly_quarantined_rows, report.quarantined_rows) == (3, 3)
    source.how = TableMapping.model_validate(
        {
            "columns": {
                "created_at": {
                    "column": "created_at",
                    "values": {"soon": "2024-01-02", "never": None},
                    "default": "2024-01-09",
                },
                "employee_count": {"column": "employee_count", "values": {"x": None}},
            }
        }
    )
    (report,) = admit(landing, source)
    assert (report.admitted_rows, report.quarantined_rows) == (4, 1)
    assert landing.admitted("lead_id, created_at") == [
        ("1", datetime(2024, 1, 1)),
        ("2", datetime(2024, 1, 2)),
        ("4", datetime(2024, 1, 9)),
        ("5", datetime(2024, 1, 5)),
    ]
    assert landing.quarantined("row_number") == [(3,)]


def test_a_changed_mapping_that_refuses_leaves_what_was_admitted(landing: Landing) -> None:
    source = GivenSource("crm_lead", [extract(mostly_bad(bad=0))])
    landing.land(source)
    admit(landing, source)
    source.how = TableMapping.model_validate({"columns": {"created_at": {"column": "Created"}}})
    with pytest.raises(GateError):
        admit(landing, source)
    assert landing.manifest.loads()[0].admitted_rows == len(landing.admitted()) == 60
    source.how = TableMapping()
    assert admit(landing, source) == []


def test_a_replay_neither_loses_nor_doubles(landing: Landing) -> None:
    source = GivenSource("crm_lead", [extract(LEADS, "a"), extract(mostly_bad(bad=0), "b")])
    first, _ = landing.land(source)
    admit(landing, source)
    before = landing.admitted(), landing.quarantined()
    for _ in range(2):
        (report,) = replay(landing.layout, landing.manifest, source, "crm_lead")
        assert report.load.load_id == first.load_id
        assert report.quarantined_rows == report.formerly_quarantined_rows == 3
        assert (landing.admitted(), landing.quarantined()) == before
    assert replay(landing.layout, landing.manifest, source, "crm_lead", ["another load"]) == []
