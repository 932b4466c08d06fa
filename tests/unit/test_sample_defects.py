"""Planted defects: each changes its own table only and is there to be found; dirt spoils no good row.

That the gates find them is tested with the gates.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from ingestion.sources.base import Window
from ingestion.sources.sample import DEFECTS, SampleConfig, SampleSource
from ingestion.sources.sample.dirt import SPOILT
from ingestion.sources.sample.spool import TABLES

CLEAN = SampleConfig(leads=300, dirt=False)
SAID = Path(__file__).resolve().parents[2] / "docs" / "sample-company.md"


def _table(config: SampleConfig, name: str, source: SampleSource | None = None) -> pa.Table:
    source = source or SampleSource("sample", config)
    extracts = source.extract(name, Window(datetime(2026, 7, 1, tzinfo=UTC)))
    tables = [pa.Table.from_batches(list(extract.batches)) for extract in extracts]
    return pa.concat_tables(tables).drop_columns(["_line"])


def _counted(table: pa.Table) -> Counter:
    return Counter(str(row) for row in table.to_pylist())


@pytest.fixture(scope="module")
def clean() -> dict[str, pa.Table]:
    source = SampleSource("sample", CLEAN)
    return {name: _table(CLEAN, name, source) for name in TABLES}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_planted_in_its_table_and_nowhere_else(clean, name):
    config = CLEAN.model_copy(update={"defects": (name,)})
    source = SampleSource("sample", config)
    for table in TABLES:
        planted = _table(config, table, source)
        if table == DEFECTS[name].table:
            assert planted != clean[table]
        else:
            assert planted == clean[table]


@pytest.mark.parametrize("name", [name for name, defect in DEFECTS.items() if not defect.everywhere])
def test_a_row_defect_adds_three_rows_and_changes_none(clean, name):
    table = DEFECTS[name].table
    added = _counted(_table(CLEAN.model_copy(update={"defects": (name,)}), table)) - _counted(clean[table])
    assert added.total() == 3
    assert not _counted(clean[table]) - _counted(_table(CLEAN.model_copy(update={"defects": (name,)}), table))


def test_defects_of_one_table_do_not_get_into_each_others_way(clean):
    names = tuple(name for name, defect in DEFECTS.items() if not defect.everywhere)
    for table in {DEFECTS[name].table for name in names}:
        together = _counted(_table(CLEAN.model_copy(update={"defects": names}), table)) - _counted(
            clean[table]
        )
        assert together.total() == 3 * sum(DEFECTS[name].table == table for name in names)
        assert max(together.values()) == 1


def test_a_row_defect_comes_with_the_last_night():
    config = CLEAN.model_copy(update={"nights": 5, "defects": ("merge_cycle", "missing_exchange_rate")})
    for name, key in (("crm_lead", "lead_id"), ("crm_opportunity", "opportunity_id")):
        extracts = SampleSource("sample", config).extract(name, Window(datetime(2026, 7, 1, tzinfo=UTC)))
        planted = {
            extract.unit: sum(
                value is not None and value.startswith(("merge_cycle-", "missing_exchange_rate-"))
                for batch in extract.batches
                for value in batch[key].to_pylist()
            )
            for extract in extracts
        }
        assert planted.pop("night-2026-06-30") == 3
        assert set(planted.values()) == {0}


def test_what_is_planted_is_what_it_says(clean):
    def rows(name: str) -> list[dict]:
        table = DEFECTS[name].table
        planted = _table(CLEAN.model_copy(update={"defects": (name,)}), table)
        before = _counted(clean[table])
        return [row for row in planted.to_pylist() if str(row) not in before]

    ring = {row["lead_id"]: row["merged_into_lead_id"] for row in rows("merge_cycle")}
    assert {ring[ring[ring[lead]]] == lead for lead in ring} == {True}
    assert all(row["merged_into_lead_id"] == "nowhere" for row in rows("missing_survivor"))
    for row in rows("closed_without_date"):
        assert (row["is_closed"], row["closed_at"], row["close_date"]) == ("true", None, None)
    assert {row["currency"] for row in rows("missing_exchange_rate")} == {"ZAR"}
    assert {row["new_value"] for row in rows("unmapped_status")} == {"Parked"}
    assert {row["utm_source"] for row in rows("unmapped_utm")} == {"mystery"}
    assert all(not row["lead_id"].strip() for row in rows("blank_key"))
    assert "occurred_at" not in rows("missing_required_column")[0]
    garbage = [row["created_at"] for row in rows("mostly_garbage")]
    assert set(garbage) == {"???"}
    assert len(garbage) > 0.55 * clean["marketing_contact"].num_rows


def test_dirt_only_adds_rows_and_blanks():
    """Every key of the clean sample is still there, with as many good rows; what is spoilt comes on top."""
    dirty = CLEAN.model_copy(update={"dirt": True})
    clean_source, dirty_source = SampleSource("sample", CLEAN), SampleSource("sample", dirty)
    for name, spoilt in SPOILT.items():
        before, after = _table(CLEAN, name, clean_source), _table(dirty, name, dirty_source)
        assert after.num_rows > before.num_rows
        for column, values, share in spoilt:
            found = [value for value in after[column].to_pylist() if value in values]
            assert 1 <= len(found) <= max(1, round(after.num_rows * share))
    leads = _table(CLEAN, "crm_lead", clean_source).select(["lead_id", "created_at", "updated_at", "status"])
    dirty_leads = _table(dirty, "crm_lead", dirty_source).select(
        ["lead_id", "created_at", "updated_at", "status"]
    )
    assert not _counted(leads) - _counted(dirty_leads)


def test_the_documentation_lists_every_defect():
    text = SAID.read_text("utf-8")
    for name, defect in DEFECTS.items():
        assert f"| `{name}` | `{defect.table}` | {defect.planted} | {defect.gate} | {defect.check} |" in text
    for name, spoilt in SPOILT.items():
        for column, *_ in spoilt:
            assert f"| `{name}` | `{column}` |" in text
