"""JSONL and Parquet as batches, each told by its content; damaged files as errors that say what to do."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.mapping import TableMapping
from ingestion.sources.files import UnreadableFile
from orchestration.quality.gate1 import admit_pending
from tests.file_sources import extract, read, workbook
from tests.landings import GivenSource, Landing


def parquet(table: pa.Table) -> bytes:
    content = io.BytesIO()
    pq.write_table(table, content)
    return content.getvalue()


def test_jsonl_objects_become_text_under_their_keys(tmp_path: Path) -> None:
    content = (
        '{"id": 12345678901234567890, "amount": 1.50, "is_won": true, "tags": ["a", 1.5], "name": "Zoë"}\n'
        "\n"
        '{"id": "2", "amount": 1e3, "owner": {"id": 7, "team": {"name": "East"}}, "name": ""}\r\n'
        '{"id": 3.0, "amount": -0.0, "name": 12.50}\n'
        '{"id": 3e400, "amount": 0.000, "name": "3.0"}\n'
    )
    rows, rejects = read(tmp_path, "leads.jsonl", content.encode())
    nothing = {"owner.id": None, "owner.team.name": None}
    assert rows == [
        {
            "id": "12345678901234567890",
            "amount": "1.50",
            "is_won": "true",
            "tags": '["a",1.5]',
            "name": "Zoë",
            **nothing,
            "_line": 1,
        },
        {
            "id": "2",
            "amount": "1000",
            "is_won": None,
            "tags": None,
            "name": None,
            "owner.id": "7",
            "owner.team.name": "East",
            "_line": 3,
        },
        {"id": "3", "amount": "0", "is_won": None, "tags": None, "name": "12.50", **nothing, "_line": 4},
        {"id": "3E+400", "amount": "0", "is_won": None, "tags": None, "name": "3.0", **nothing, "_line": 5},
    ]
    assert rejects == []


def test_lines_that_are_no_objects_are_rejected(tmp_path: Path) -> None:
    content = b'{"id": 1}\n[2]\nnull\n{"id": "\\u0033\\ud83d\\ude00"}\n{"id": "\\ud83d"}\n{"id": "\xff"}\n{"id": 4, "na'
    rows, rejects = read(tmp_path, "leads.jsonl", content, encoding="utf-8")
    assert rows == [{"id": "1", "_line": 1}, {"id": "3\N{GRINNING FACE}", "_line": 4}]
    assert [(line, text) for line, text, _ in rejects] == [
        (2, "[2]"),
        (3, "null"),
        (5, '{"id": "\\ud83d"}'),
        (6, '{"id": "\N{REPLACEMENT CHARACTER}"}'),
        (7, '{"id": 4, "na'),
    ]
    assert rejects[0][2] == "found JSON of type list; expected one JSON object"
    assert rejects[2][2] == "found half of a surrogate pair, which is no text; expected one JSON object"
    assert rejects[3][2] == "found bytes that are not utf-8; expected one JSON object"
    assert rejects[4][2].startswith("found no valid JSON (")


def test_jsonl_is_known_by_its_content(tmp_path: Path) -> None:
    assert read(tmp_path, "leads.csv", b'{"id": 1}\n')[0] == [{"id": "1", "_line": 1}]
    assert read(tmp_path, "leads.csv", b'{"id": 1}\n', format="csv")[0] == []
    assert read(tmp_path, "leads.json", b"id,name\n")[1] == [
        (
            1,
            "id,name",
            "found no valid JSON (Expecting value: line 1 column 1 (char 0)); expected one JSON object",
        )
    ]


def test_keys_that_differ_only_in_case_are_kept_apart(tmp_path: Path) -> None:
    assert read(tmp_path, "x.jsonl", b'{"Id": 1, "ID": 2}\n')[0] == [{"Id": "1", "ID_2": "2", "_line": 1}]


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    columns = {
        "id": pa.array([1, 2], pa.int32()),
        "amount": pa.array([Decimal("1.50"), None], pa.decimal128(10, 2)),
        "at": pa.array([datetime(2026, 1, 1), None], pa.timestamp("us", "UTC")),
        "name": pa.array(["x", ""], pa.string()),
    }
    found = extract(tmp_path, "leads.csv", parquet(pa.table(columns)))
    table = pa.Table.from_batches(found.batches)
    assert table.schema.types == [*(column.type for column in columns.values()), pa.int64()]
    assert table.drop_columns("_line").to_pydict() == pa.table(columns).to_pydict()
    assert table["_line"].to_pylist() == [1, 2]


def test_parquet_types_that_the_landing_lacks_are_read_as_the_next_ones(tmp_path: Path) -> None:
    columns = {
        "amount": pa.array(
            [Decimal("1234.50005"), Decimal("-0.12345678901234567891"), None], pa.decimal256(76, 38)
        ),
        "count": pa.array([Decimal("12"), None, Decimal(10) ** 36], pa.decimal256(45, 1)),
        "share": pa.array([0.5, None, -2.25], pa.float16()),
    }
    found = extract(tmp_path, "leads.parquet", parquet(pa.table(columns)))
    table = pa.Table.from_batches(found.batches)
    assert table.schema.types[:3] == [pa.decimal128(38, 18), pa.decimal128(38, 1), pa.float32()]
    assert table["amount"].to_pylist() == [Decimal("1234.50005"), Decimal("-0.123456789012345679"), None]
    assert table["count"].to_pylist() == [Decimal(12), None, Decimal(10) ** 36]
    assert table["share"].to_pylist() == [0.5, None, -2.25]
    wide = parquet(pa.table({"amount": pa.array([Decimal(10) ** 21], pa.decimal256(76, 38))}))
    with pytest.raises(UnreadableFile, match=r"leads\.parquet"):
        list(extract(tmp_path, "leads.parquet", wide).batches)


def test_parquet_records_are_numbered_over_batches(tmp_path: Path) -> None:
    found = extract(tmp_path, "leads.parquet", parquet(pa.table({"id": range(120_000)})))
    table = pa.Table.from_batches(found.batches)
    assert table["_line"].to_pylist() == list(range(1, 120_001))


@pytest.mark.parametrize("style", ["point", "comma"])
def test_numbers_have_a_point_whatever_the_mapping_says(tmp_path: Path, style: str) -> None:
    """A number is no text: nobody grouped its digits, though `1.234` with decimal commas is a thousand and more."""
    amounts = ["1.234", "-12.345", "999.999", "0.125", "1234.567", "1.5", "1000", "0.0625", "7.5"]
    header = ("lead_id", "created_at", "potential_value")
    rows = [(number, "2024-01-01", amount) for number, amount in enumerate(amounts)]
    contents = {
        "leads.xlsx": workbook(header, *((*row[:2], float(row[2])) for row in rows)),
        "leads.jsonl": "\n".join(
            f'{{"lead_id": {number}, "created_at": "{created}", "potential_value": {amount}}}'
            for number, created, amount in rows
        ).encode(),
    }
    for name, content in contents.items():
        landing = Landing(tmp_path / f"data of {name}")
        source = GivenSource("crm_lead", [extract(tmp_path, name, content)], TableMapping(decimal=style))
        landing.land(source)
        admit_pending(landing.layout, landing.manifest, source, "crm_lead")
        assert [value for (value,) in landing.admitted("potential_value")] == list(map(Decimal, amounts))


def zipped(**files: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (parquet(pa.table({"id": range(1000)}))[:-100], "content that cannot be read (ArrowInvalid"),
        (parquet(pa.table({"id": range(1000)}))[:20], "content that cannot be read (ArrowInvalid"),
        (workbook(("Id",), (1,))[:-200], "a damaged or cut workbook"),
        (workbook(("Id",), (1,))[:100], "a damaged or cut workbook"),
        (zipped(leads="Id\n1\n"), "a zip archive of leads"),
        (zipped(**{"xl/workbook.xml": "<workbook"}), "a damaged workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a workbook of the old .xls kind"),
        (b"\n<!DOCTYPE html><html>Sign in</html>", "a web page or XML"),
        (bytes(100) + b"\1\2" * 50, "bytes that are no text"),
        (b"%PDF-1.7\n1 0 obj\n", "a PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\x08\6\0\0\0", "bytes that are no text"),
    ],
    ids=[
        "Parquet cut",
        "Parquet head",
        "xlsx cut",
        "xlsx head",
        "zip",
        "xlsx broken",
        "xls",
        "HTML",
        "zeros",
        "PDF",
        "PNG",
    ],
)
def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path, content: bytes, found: str) -> None:
    with pytest.raises(UnreadableFile) as error:
        read(tmp_path, "leads.csv", content)
    assert str(error.value).startswith(f"leads.csv: found {found}")
    assert "; expected " in str(error.value)


def test_parquet_with_a_damaged_page_is_an_error(tmp_path: Path) -> None:
    content = bytearray(parquet(pa.table({"id": [f"value {at}" for at in range(10_000)]})))
    content[100:5000] = bytes(4900)
    with pytest.raises(UnreadableFile, match=r"leads.parquet: found content that cannot be read"):
        read(tmp_path, "leads.parquet", bytes(content))


def test_a_json_array_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(
        UnreadableFile, match=r"leads.json: found one JSON array; expected one JSON object a line"
    ):
        read(tmp_path, "leads.json", b'[{"id": 1}]')
