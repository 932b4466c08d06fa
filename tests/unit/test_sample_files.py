"""The sample as file drops: every format holds the rows of the source, under the canonical headers, night by night.

How such files are read back is tested with the file source.
"""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import pytest

from ingestion.contracts import contracts
from ingestion.sources.base import Window
from ingestion.sources.sample import SampleConfig, SampleSource, write_files

READ = {
    "csv": "read_csv('{}', all_varchar = true)",
    "parquet": "read_parquet('{}')",
    "jsonl": "read_json('{}', sample_size = -1)",
}


@pytest.mark.parametrize("form", READ)
def test_every_unit_is_one_file_with_the_rows_of_the_source(tmp_path, form):
    config = SampleConfig(leads=200, nights=2)
    written = list(write_files(config, tmp_path, form))
    assert {file.path for file in written} == set(tmp_path.rglob(f"*.{form}"))
    source = SampleSource("sample", config)
    for table, contract in contracts().items():
        extracts = source.extract(table, Window(datetime(2026, 7, 1, tzinfo=UTC)))
        rows = {extract.unit: sum(batch.num_rows for batch in extract.batches) for extract in extracts}
        files = {file.path.stem: file for file in written if file.table == table}
        assert {unit: file.rows for unit, file in files.items()} == rows
        history = files["history-000"].path
        assert history == tmp_path / table / f"history-000.{form}"
        found = duckdb.sql(f"select * from {READ[form].format(history)}")
        assert len(found) == rows["history-000"]
        assert found.columns[: len(contract.columns)] == list(contract.column_names)
        assert "_line" not in found.columns


def test_a_csv_holds_times_as_iso_text_and_blanks_as_nothing(tmp_path):
    list(write_files(SampleConfig(leads=200), tmp_path, "csv"))
    header, first, *_ = (tmp_path / "marketing_touch" / "part-000.csv").read_text("utf-8").splitlines()
    touch = dict(zip(header.split(","), first.split(","), strict=False))
    assert datetime.fromisoformat(touch["occurred_at"]).tzinfo == UTC
    assert touch["occurred_at"].endswith("Z")
    assert touch["email"] == ""
    leads = (tmp_path / "crm_lead" / "part-000.csv").read_text("utf-8")
    assert "routing_queue" in leads.splitlines()[0]


def test_writing_again_gives_the_same_files(tmp_path):
    config = SampleConfig(leads=200)
    paths = [file.path for file in write_files(config, tmp_path, "csv")]
    before = [path.read_bytes() for path in paths]
    assert [file.path for file in write_files(config, tmp_path, "csv")] == paths
    assert [path.read_bytes() for path in paths] == before


@pytest.mark.parametrize("seed", range(5))
def test_the_smallest_companies_have_files_too_whoever_they_lack(tmp_path, seed):
    """Of one or two people often none is a lead, none buys, and some tables hold nothing at all."""
    for leads in (1, 2):
        written = list(write_files(SampleConfig(leads=leads, seed=seed), tmp_path / str(leads), "csv"))
        assert {file.path for file in written} == set((tmp_path / str(leads)).rglob("*.csv"))
        assert all(file.rows for file in written)
        assert {"ad_spend", "crm_user"} <= {file.table for file in written}
