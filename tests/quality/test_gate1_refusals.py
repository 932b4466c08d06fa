"""Gate 1 refuses a batch as a whole: past its threshold, or without a required column.

What single rows break is tested beside this.
"""

from __future__ import annotations

import pytest

from ingestion.mapping import TableMapping
from orchestration.quality.gate1 import GateError
from tests.landings import GivenSource, Landing, extract
from tests.quality.gate1_loads import admit, mostly_bad


def test_a_batch_past_its_threshold_is_refused_whole_and_the_others_are_not(landing: Landing) -> None:
    source = GivenSource("crm_lead")
    source.extracts = [extract(mostly_bad(), "bad.csv"), extract(mostly_bad(bad=2), "good.csv")]
    bad, good = landing.land(source)
    with pytest.raises(GateError) as refused:
        admit(landing, source)
    words = str(refused.value)
    for part in (
        "bad.csv",
        "20 of 60 rows",
        "readable(created_at) 20 rows",
        "line 2 'day 0'",
        "10 rows and 20%",
    ):
        assert part in words
    assert refused.value.loads == [bad.load_id]
    assert [(load.unit, load.state) for load in landing.manifest.loads()] == [
        ("bad.csv", "landed"),
        ("good.csv", "admitted"),
    ]
    assert len(landing.admitted(where=f"_load_id = '{good.load_id}'")) == len(landing.admitted()) == 58
    failed = [result for result in landing.manifest.results(bad.load_id) if result.status == "fail"]
    assert [(result.rule, result.column, result.failed_rows) for result in failed] == [
        ("readable", "created_at", 20)
    ]
    with pytest.raises(GateError):
        admit(landing, source)


@pytest.mark.parametrize(("bad", "is_refused"), [(10, False), (12, False), (13, True)])
def test_the_threshold_needs_both_the_share_and_the_rows(
    landing: Landing, bad: int, is_refused: bool
) -> None:
    source = GivenSource("crm_lead", [extract(mostly_bad(60, bad))])
    landing.land(source)
    if is_refused:
        with pytest.raises(GateError):
            admit(landing, source)
    else:
        (report,) = admit(landing, source)
        assert report.quarantined_rows == bad


def test_a_refused_batch_passes_once_its_threshold_is_raised(landing: Landing) -> None:
    source = GivenSource("crm_lead", [extract(mostly_bad())])
    landing.land(source)
    with pytest.raises(GateError):
        admit(landing, source)
    source.how = TableMapping.model_validate({"rejection": {"share": 0.5, "rows": 10}})
    (report,) = admit(landing, source)
    assert (report.admitted_rows, report.quarantined_rows) == (40, 20)


def test_a_refused_batch_that_was_sent_again_is_quarantined_whole(landing: Landing) -> None:
    source = GivenSource("crm_lead", [extract(mostly_bad(), fingerprint="1")])
    landing.land(source)
    with pytest.raises(GateError):
        admit(landing, source)
    landing.land(source, extract(mostly_bad(bad=0), fingerprint="2"))
    old, new = admit(landing, source)
    assert (old.admitted_rows, old.quarantined_rows) == (0, 60)
    assert (new.admitted_rows, new.quarantined_rows) == (60, 0)
    assert {rule for (rule,) in landing.quarantined("rule")} == {"refused_batch"}
    assert len(landing.admitted()) == 60
    assert admit(landing, source) == []


def test_a_required_column_that_is_nowhere_refuses_the_file_and_names_the_nearest(landing: Landing) -> None:
    source = GivenSource("crm_lead", [extract({"Lead ID": ["1"], "created_at": ["2024-01-01"]})])
    source.how = TableMapping.model_validate({"columns": {"lead_id": {"column": "Lead-Id"}}})
    landing.land(source)
    with pytest.raises(GateError) as refused:
        admit(landing, source)
    for part in ("leads.csv", "'Lead-Id' for lead_id", "'Lead ID', 'created_at'", "{column: Lead ID}"):
        assert part in str(refused.value)
    assert landing.admitted() == []
