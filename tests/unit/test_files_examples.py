"""The guide to connecting a source and the example configurations stay true to the code that reads them.

The pages and configurations under docs/ are read as they are; what the pipeline makes of them is tested elsewhere.
"""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from ingestion.mapping import ColumnMapping
from ingestion.sources.base import Window
from ingestion.sources.files import FilesConfig, FileSource, FileTable, UnreadableFile, problems

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDE = (DOCS / "connecting-a-source.md").read_text("utf-8")
REAL_DATA = os.environ.get("CLOSEDLOOP_REAL_DATA")
needs_real_data = pytest.mark.skipif(
    not REAL_DATA, reason="CLOSEDLOOP_REAL_DATA is unset: the public data sets are not at hand"
)


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)


def sources(text: str) -> dict[str, dict]:
    return yaml.safe_load(text.replace("${CLOSEDLOOP_REAL_DATA}", REAL_DATA or "/data"))["sources"]


def test_the_configurations_of_the_guide_have_no_mistakes() -> None:
    assert [problems(node) for text in blocks("yaml") for node in sources(text).values()] == [[], []]


def test_the_example_of_the_guide_is_read_as_it_says(tmp_path: Path) -> None:
    leads, deals = blocks("csv")
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports/leads_2026-05-04.csv").write_text(leads, "cp1252")
    (tmp_path / "exports/deals_2026-05-04.csv").write_text(deals, "utf-8")
    node = sources(blocks("yaml")[0])["crm"]
    found = FileSource("crm", FilesConfig.model_validate(node), tmp_path)
    assert found.mistakes() == []
    rows = {
        table: [
            list(row.values())
            for extract in found.extract(table, Window(datetime(2026, 5, 5)))
            for batch in extract.batches
            for row in batch.to_pylist()
        ]
        for table in found.tables
    }
    assert rows["crm_lead"][0][2:4] == ["Jürgen Müller", "j.mueller@example.com"]
    assert rows["crm_lead"][1][2:4] == ["Zoë Lang", None]
    assert rows["crm_opportunity"] == [
        ["D-77", "L-1002", "12.500,00", "Gewonnen", "04.05.2026 18:05", "04.05.2026", 2]
    ]


@pytest.mark.parametrize("model", [FilesConfig, FileTable, ColumnMapping])
def test_every_key_stands_in_the_guide(model: type) -> None:
    tables = re.findall(r"(?:^\|.*\n)+", GUIDE, re.MULTILINE)
    keys = [
        set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\|([^|]*)\|", table, re.MULTILINE))))
        for table in tables
    ]
    assert set(model.model_fields) in keys


def test_the_errors_of_the_guide_are_those_of_the_code(tmp_path: Path) -> None:
    configured, files = blocks("text")
    raw = {"tables": {"crm_lead": {"path": "a", "timezone": "Europe/Berln", "columns": {"mail": "Mail"}}}}
    said = {
        f"found {found}; expected {expected}. {action}" for _, found, expected, action, _ in problems(raw)
    }
    assert {line.partition(": ")[2] for line in configured.splitlines()} == said
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports/leads.csv").write_text("<html>Sign in</html>")
    found = FileSource("crm", FilesConfig(tables={"crm_lead": {"path": "exports/leads.csv"}}), tmp_path)
    (extract,) = found.extract("crm_lead", Window(datetime(2026, 5, 5)))
    with pytest.raises(UnreadableFile) as error:
        list(extract.batches)
    assert str(error.value) == files.splitlines()[0]


@pytest.mark.parametrize("name", ["olist", "salesforce"])
def test_the_example_configurations_have_no_mistakes(name: str) -> None:
    for node in sources((DOCS / "examples" / name / "closedloop.yml").read_text("utf-8")).values():
        assert problems(node) == []


@needs_real_data
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("olist", {"crm_lead": 8000, "crm_opportunity": 842}),
        (
            "salesforce",
            {
                "crm_account": 22,
                "crm_contact": 102,
                "crm_lead": 60,
                "crm_opportunity": 50,
                "crm_activity": 75,
                "campaign": 8,
                "marketing_touch": 68,
            },
        ),
    ],
)
def test_the_example_configurations_read_the_real_files(name: str, expected: dict[str, int]) -> None:
    ((source_name, node),) = sources((DOCS / "examples" / name / "closedloop.yml").read_text("utf-8")).items()
    found = FileSource(source_name, FilesConfig.model_validate(node), DOCS)
    assert found.mistakes() == []
    counts = {}
    for table in found.tables:
        (extract,) = found.extract(table, Window(datetime(2026, 1, 1)))
        counts[table] = sum(batch.num_rows for batch in extract.batches)
        assert extract.rejects == []
    assert counts == expected
