"""The fast and the careful reading of delimited text agree on any text, however dirty."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import fsspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingestion.sources.files import FileTable, delimited
from ingestion.sources.files.dialect import dialect_of
from ingestion.sources.files.discovery import File
from ingestion.sources.files.rejects import Rejects
from ingestion.sources.files.text import Text

PIECES = [
    b'"',
    b'""',
    b",",
    b"\n",
    b"\r\n",
    b"\r",
    b"\n\n",
    b" ",
    b"a",
    b"bc",
    "é".encode(),
    b"\xff",
    b"1,2\n",
    b"\x00",
]


def read_both(content: bytes, block: int) -> tuple[list, list]:
    """(rows, rejects) with both readers taking turns, and by the careful reader alone."""
    storage = fsspec.filesystem("memory")
    storage.pipe("/agree.csv", content)
    text = Text(File("agree.csv", storage, "/agree.csv"), "utf-8")
    table = FileTable(path="agree.csv", delimiter=",")
    results = []
    for is_fast in (True, False):
        rejects = Rejects("agree.csv")
        dialect = dialect_of(text, table)
        if is_fast:
            with patch.object(delimited, "_FAST_BLOCK", block), patch.object(delimited, "_CAREFUL_ROWS", 1):
                batches = list(delimited.read(text, table, rejects))
        elif dialect is None:
            batches = []
        else:
            start = dialect.first_line, text, dialect, dialect.first_line, dialect.offset
            records = delimited._records_from(*start)
            batches = list(delimited._careful(records, text, dialect, rejects, 1000))
        rows = [tuple(row.values()) for batch in batches for row in batch.to_pylist()]
        results.append((rows, list(rejects)))
    return tuple(results)


@settings(max_examples=1500, deadline=None)
@given(
    st.integers(1, 3),
    st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join),
    st.sampled_from([16, 64, 1 << 20]),
)
@example(2, b'1,"x\n2,y\n', 16)
@example(2, b'"1\n",2\n3\n"4\r\n5",6\n\n7,8', 16)
@example(1, b'a\n""\n \nb', 16)
@example(1, b'"""\n"\n, "', 64)
@example(1, b'""1,2\n1,2\n""\r\n"\r\n"', 16)
@example(1, b'""""""""\x00,"""""""', 16)
def test_fast_and_careful_give_the_same_rows_lines_and_rejects(width: int, body: bytes, block: int) -> None:
    header = ",".join("ABC"[:width]).encode() + b"\n"
    (fast, fast_rejects), (careful, careful_rejects) = read_both(header + body, block)
    assert fast == careful
    # A row with two faults may be told by either: by its cells where it was read whole, else by its quote.
    assert [reject[:2] for reject in fast_rejects] == [reject[:2] for reject in careful_rejects]
    assert all(reason for *_, reason in fast_rejects + careful_rejects)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6),
            min_size=3,
            max_size=3,
        )
    )
)
def test_what_a_writer_writes_comes_back(cells: list[list[str]]) -> None:
    lines = ["A,B,C"] + [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in cells]
    fast, careful = read_both("\r\n".join(lines).encode(), 1 << 16)
    written = [tuple(cell or None for cell in row) for row in cells if any(row)]
    assert [row[:3] for row in fast[0]] == written
    assert fast == careful


def test_the_fast_reader_reads_clean_text_alone(tmp_path: Path) -> None:
    path = tmp_path / "clean.csv"
    path.write_bytes(b"A,B\n" + b'"x\ny",2\n' * 20_000 + b"1\n" + b"3,4\n" * 20_000)
    text = Text(File("clean.csv", fsspec.filesystem("file"), str(path)), "utf-8")
    rejects = Rejects("clean.csv")
    table = FileTable(path="clean.csv")
    with (
        patch.object(delimited, "_careful", side_effect=AssertionError("not needed")),
        patch.object(delimited, "_FAST_BLOCK", 1 << 12),
    ):
        lines = [
            line for batch in delimited.read(text, table, rejects) for line in batch["_line"].to_pylist()
        ]
    assert lines == [*range(2, 40_002, 2), *range(40_003, 60_003)]
    assert [line for line, _, _ in rejects] == [40_002]
