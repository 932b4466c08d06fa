"""The sample as a source: the same rows every time, once, in parts or nights, and never more in memory than a batch.

Whether the rows make sense is tested in `test_sample_company`.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from pydantic import ValidationError

from ingestion.contracts import contracts
from ingestion.sources.base import Window
from ingestion.sources.sample import SampleConfig, SampleSource, config
from ingestion.sources.sample.spool import BATCH_ROWS, TABLES

END = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def small_chunks(monkeypatch):
    """Three chunks in two parts out of 250 people."""
    monkeypatch.setattr(config, "CHUNK_PEOPLE", 100)
    monkeypatch.setattr(config, "CHUNKS_PER_PART", 2)
    return SampleConfig(leads=250)


def _units(source: SampleSource, table: str, until: datetime = END) -> dict[str, pa.Table]:
    return {
        extract.unit: pa.Table.from_batches(list(extract.batches))
        for extract in source.extract(table, Window(until))
    }


def _rows(source: SampleSource, table: str) -> Counter:
    units = _units(source, table).values()
    return Counter(str(row) for unit in units for row in unit.drop_columns(["_line"]).to_pylist())


def test_it_feeds_every_contract_with_every_column():
    source = SampleSource("sample", SampleConfig(leads=3_000))
    assert sorted(source.tables) == sorted(contracts())
    for name, contract in contracts().items():
        [unit] = _units(source, name).values()
        assert set(contract.column_names) <= set(unit.column_names)
        assert unit.num_rows > 0
        for column in contract.column_names:
            # Of spend and visits it does not declare the channel: their campaigns and UTM values tell.
            if (name, column) not in {("ad_spend", "channel"), ("web_visit_daily", "channel")}:
                assert unit[column].null_count < unit.num_rows, f"{name}.{column} is always blank"


def test_the_same_seed_gives_the_same_rows_and_another_seed_others():
    one, again, other = (SampleSource("sample", SampleConfig(leads=200, seed=seed)) for seed in (7, 7, 8))
    for table in TABLES:
        assert _units(one, table) == _units(again, table)
    assert _rows(one, "crm_lead") != _rows(other, "crm_lead")


def test_a_second_run_lands_nothing_new():
    source = SampleSource("sample", SampleConfig(leads=200, nights=2))
    for table in TABLES:
        landed = {extract.unit: extract.fingerprint for extract in source.extract(table, Window(END))}
        assert len(landed) == 3
        assert not list(SampleSource("sample", source.config).extract(table, Window(END, landed)))
        changed = SampleSource("sample", SampleConfig(leads=200, nights=2, seed=1))
        assert len(list(changed.extract(table, Window(END, landed)))) == 3


def test_nothing_is_simulated_before_it_is_read(tmp_path):
    source = SampleSource("sample", SampleConfig(leads=200), tmp_path)
    extracts = list(source.extract("crm_lead", Window(END)))
    assert list(tmp_path.iterdir()) == []
    assert sum(batch.num_rows for batch in extracts[0].batches) > 200
    [world] = tmp_path.iterdir()
    assert [path.name for path in world.iterdir()] == ["chunk-00000"]


def test_a_spool_is_shared_and_a_temporary_one_goes_with_its_source(tmp_path):
    first = SampleSource("sample", SampleConfig(leads=200), tmp_path)
    whole = _units(first, "crm_lead")
    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")}
    assert _units(SampleSource("sample", SampleConfig(leads=200), tmp_path), "crm_lead") == whole
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")} == written
    own = SampleSource("sample", SampleConfig(leads=200))
    _units(own, "campaign")
    folder = own._spool.folder.parent
    assert folder.exists()
    del own
    assert not folder.exists()


def test_large_samples_come_in_parts_of_chunks_with_ids_of_their_own(small_chunks):
    source = SampleSource("sample", small_chunks)
    units = _units(source, "crm_lead")
    assert list(units) == ["part-000", "part-001"]
    lead_ids = [set(unit["lead_id"].drop_null().to_pylist()) - {"", " "} for unit in units.values()]
    assert not lead_ids[0] & lead_ids[1]
    assert list(_units(source, "campaign")) == ["part-000"]
    emails = [set(unit["email"].drop_null().to_pylist()) for unit in units.values()]
    assert not emails[0] & emails[1]


def test_lines_count_through_a_unit_and_batches_stay_small(small_chunks):
    for extract in SampleSource("sample", small_chunks).extract("marketing_touch", Window(END)):
        batches = list(extract.batches)
        assert max(batch.num_rows for batch in batches) <= BATCH_ROWS
        lines = pa.Table.from_batches(batches)["_line"].to_pylist()
        assert lines == list(range(1, len(lines) + 1))


@pytest.mark.parametrize("nights", [1, 12])
def test_nights_hold_together_what_comes_at_once(small_chunks, nights):
    at_once = SampleSource("sample", small_chunks)
    nightly = SampleSource("sample", small_chunks.model_copy(update={"nights": nights}))
    for table in TABLES:
        assert _rows(nightly, table) == _rows(at_once, table)


def test_a_night_comes_when_it_is_over():
    source = SampleSource("sample", SampleConfig(leads=200, nights=3))
    names = ["history-000", "night-2026-06-28", "night-2026-06-29", "night-2026-06-30"]
    assert list(_units(source, "crm_lead", END)) == names
    assert list(_units(source, "crm_lead", datetime(2026, 6, 30, 23, 59))) == names[:3]
    assert list(_units(source, "crm_lead", datetime(2026, 6, 29, tzinfo=UTC))) == names[:2]
    assert list(_units(source, "crm_lead", datetime(2026, 6, 27, 23))) == []


def test_nights_bring_late_rows_and_new_versions_of_old_records():
    nights = 60
    source = SampleSource("sample", SampleConfig(leads=2_000, nights=nights))
    units = _units(source, "marketing_touch")
    late = 0
    for name, unit in units.items():
        if name.startswith("night-"):
            day = datetime.fromisoformat(name.removeprefix("night-")).replace(tzinfo=UTC)
            late += sum(instant < day for instant in unit["occurred_at"].to_pylist())
    assert late > 10
    leads = _units(source, "crm_lead")
    before = set(leads["history-000"]["lead_id"].to_pylist())
    changed = [
        row for name, unit in leads.items() if name != "history-000" for row in unit["lead_id"].to_pylist()
    ]
    assert len(before.intersection(changed)) > 10


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"defects": ["merge_circle"]}, "merge_circle: no such defect; there are unreadable_date"),
        ({"days": 100, "nights": 100}, "100 nights; expected fewer than the 100 days"),
        ({"leads": 0}, "greater than or equal to 1"),
        ({"people": 5}, "Extra inputs are not permitted"),
    ],
)
def test_wrong_settings_are_named(settings, said):
    with pytest.raises(ValidationError, match=said):
        SampleConfig(**settings)
