"""Delimited text with every kind of dirt: what comes out as rows, on which lines, and what is rejected.

Bytes in, rows out, through the files source; encodings and other formats have files of their own.
"""

from __future__ import annotations

import gzip
from datetime import datetime
from pathlib import Path

import pytest

from ingestion.sources.base import Window
from ingestion.sources.files import FilesConfig, FileSource, UnreadableFile, delimited


def read(folder: Path, content: bytes, **table: object) -> tuple[list[dict], list[tuple[int, str, str]]]:
    """The rows and rejects of one file with this content."""
    (folder / "leads.csv").write_bytes(content)
    config = FilesConfig(tables={"crm_lead": {"path": "leads.csv", **table}})
    (extract,) = FileSource("crm", config, folder).extract("crm_lead", Window(datetime(2026, 1, 1)))
    rows = [row for batch in extract.batches for row in batch.to_pylist()]
    return rows, extract.rejects


def row(line: int, **cells: str | None) -> dict:
    return {**cells, "_line": line}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "lone CR"])
@pytest.mark.parametrize("is_ended", [True, False], ids=["ended", "not ended"])
def test_every_kind_of_line_end_gives_the_same_rows(tmp_path: Path, end: str, is_ended: bool) -> None:
    text = end.join(["Id,Name", "1,Ann", "2,Bob"]) + (end if is_ended else "")
    rows, rejects = read(tmp_path, text.encode())
    assert rows == [row(2, Id="1", Name="Ann"), row(3, Id="2", Name="Bob")]
    assert rejects == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_by_the_rows(tmp_path: Path, delimiter: str) -> None:
    # Each row also holds every other delimiter, quoted or not, and always as often as the next.
    others = "".join(other for other in ",;\t|" if other != delimiter)
    text = delimiter.join(["Id", "Name", "Note"]) + "\n"
    text += "".join(delimiter.join([str(at), f"a{others}b", f'"x{delimiter}y"']) + "\n" for at in range(3))
    rows, rejects = read(tmp_path, text.encode())
    assert [tuple(found.values()) for found in rows] == [
        (str(at), f"a{others}b", f"x{delimiter}y", at + 2) for at in range(3)
    ]
    assert rejects == []


def test_decimal_commas_do_not_make_a_comma_file(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, b"Id;Amount, EUR\n1;1.234,50\n2;7,00\n")
    assert rows == [row(2, Id="1", **{"Amount, EUR": "1.234,50"}), row(3, Id="2", **{"Amount, EUR": "7,00"})]


def test_a_header_may_begin_like_an_archive(tmp_path: Path) -> None:
    assert read(tmp_path, b"PK,Name\n1,Ann\n")[0] == [row(2, PK="1", Name="Ann")]


def test_a_configured_delimiter_and_quote_win(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, b"a:b,c\n'1:2':3,4\n", delimiter=":", quote="'")
    assert rows == [row(2, a="1:2", **{"b,c": "3,4"})]


def test_without_a_quote_every_sign_is_text(tmp_path: Path) -> None:
    rows, rejects = read(tmp_path, b'size\tname\n"5\tpipe\n6"\t"rod"\n', quote="")
    assert rows == [row(2, size='"5', name="pipe"), row(3, size='6"', name='"rod"')]
    assert rejects == []


def test_the_spreadsheet_hint_names_the_delimiter(tmp_path: Path) -> None:
    assert read(tmp_path, b"sep=;\r\na;b\r\n1;2\r\n")[0] == [row(3, a="1", b="2")]


def test_headers_may_stand_below_a_title(tmp_path: Path) -> None:
    content = b"Leads, all of them\nexported, by, Ann\n\nId,Name\n1,Ann\n"
    assert read(tmp_path, content, header_row=4)[0] == [row(5, Id="1", Name="Ann")]
    assert read(tmp_path, b"\n\nId,Name\n1,Ann\n")[0] == [row(4, Id="1", Name="Ann")]


def test_quoted_line_ends_stay_and_lines_still_count(tmp_path: Path) -> None:
    content = b'Id,Note\n1,"two\nlines"\n2,"three\r\nlines\rhere"\n3,"say ""hi"""\n'
    rows, rejects = read(tmp_path, content)
    assert rows == [
        row(2, Id="1", Note="two\nlines"),
        row(4, Id="2", Note="three\r\nlines\rhere"),
        row(7, Id="3", Note='say "hi"'),
    ]
    assert rejects == []


def test_blank_cells_are_null_and_blank_lines_no_rows(tmp_path: Path) -> None:
    rows, rejects = read(tmp_path, b'Id,Name,City\n1,,""\n\n   \n,,\n2, ,x\n,\n ,\t\n"",""\nNA,null,-\n')
    assert rows == [
        row(2, Id="1", Name=None, City=None),
        row(6, Id="2", Name=" ", City="x"),
        row(10, Id="NA", Name="null", City="-"),
    ]
    assert rejects == []


def test_rows_that_do_not_fit_are_rejected_with_line_text_and_reason(tmp_path: Path) -> None:
    rows, rejects = read(tmp_path, b'Id,Name\n1,Ann\n2\n3,Cy,x\n"a,b"\n4,"D\nE"\n5,F,"g"\n6,Hal\n')
    assert rows == [row(2, Id="1", Name="Ann"), row(6, Id="4", Name="D\nE"), row(9, Id="6", Name="Hal")]
    assert rejects == [
        (3, "2", "found 1 cells; expected 2, one for each header"),
        (4, "3,Cy,x", "found 3 cells; expected 2, one for each header"),
        (5, '"a,b"', "found 1 cells; expected 2, one for each header"),
        (8, '5,F,"g"', "found 3 cells; expected 2, one for each header"),
    ]


def test_trailing_empty_columns_do_no_harm(tmp_path: Path) -> None:
    for content in (
        b"Id,Name\n1,Ann,\n2,Bob,,\n3,Cy\n",  # in some rows only
        b"Id,Name,,\n1,Ann,,\n2,Bob,,\n3,Cy,,\n",  # in all
        b"Id,Name,,\n1,Ann\n2,Bob\n3,Cy\n",  # in the headers only
        b"Id,Name\n1,Ann,,\n2,Bob,,\n3,Cy,,\n",  # in the rows only
    ):
        rows, rejects = read(tmp_path, content)
        assert [(found["Id"], found["Name"], found["_line"]) for found in rows] == [
            ("1", "Ann", 2),
            ("2", "Bob", 3),
            ("3", "Cy", 4),
        ]
        assert {value for found in rows for value in list(found.values())[2:-1]} <= {None}
        assert rejects == []


def test_a_value_in_a_column_without_header_is_kept(tmp_path: Path) -> None:
    rows, rejects = read(tmp_path, b",Id,\n0,1,note\n1,2\n")
    assert rows == [
        row(2, column_1="0", Id="1", column_3="note"),
        row(3, column_1="1", Id="2", column_3=None),
    ]
    assert rejects == []


def test_repeated_blank_and_reserved_headers_get_names(tmp_path: Path) -> None:
    (found,), _ = read(tmp_path, b" Id ,ID,Id_2,,_line,Id\n1,2,3,4,5,6\n")
    assert list(found.items()) == [
        ("Id", "1"),
        ("ID_2", "2"),
        ("Id_2_2", "3"),
        ("column_4", "4"),
        ("_line_2", "5"),
        ("Id_3", "6"),
        ("_line", 2),
    ]


@pytest.mark.parametrize("content", [b"", b"\n\r\n  \n", b"\xef\xbb\xbf"])
def test_an_empty_file_gives_one_batch_without_rows_or_columns(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "leads.csv").write_bytes(content)
    config = FilesConfig(tables={"crm_lead": {"path": "leads.csv"}})
    (extract,) = FileSource("crm", config, tmp_path).extract("crm_lead", Window(datetime(2026, 1, 1)))
    (batch,) = extract.batches
    assert (batch.num_rows, batch.schema.names) == (0, ["_line"])


@pytest.mark.parametrize("content", [b"Id,Name", b"Id,Name\r\n", b"Id,Name\n\n\n"])
def test_a_file_of_headers_only_still_says_its_columns(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "leads.csv").write_bytes(content)
    config = FilesConfig(tables={"crm_lead": {"path": "leads.csv"}})
    (extract,) = FileSource("crm", config, tmp_path).extract("crm_lead", Window(datetime(2026, 1, 1)))
    batches = list(extract.batches)
    assert sum(batch.num_rows for batch in batches) == 0
    assert {tuple(batch.schema.names) for batch in batches} == {("Id", "Name", "_line")}
    assert extract.rejects == []


def test_a_file_cut_inside_a_quote_loses_only_its_last_row(tmp_path: Path) -> None:
    rows, rejects = read(tmp_path, b'Id,Note\n1,"a"\n2,"cut he')
    assert rows == [row(2, Id="1", Note="a")]
    assert rejects == [
        (3, '2,"cut he', "found a quote that does not close in this row; expected one at the cell's end")
    ]


def test_a_file_cut_inside_a_row_rejects_it(tmp_path: Path) -> None:
    rows, rejects = read(tmp_path, b"Id,Name,City\n1,Ann,Bern\n2,Bo")
    assert rows == [row(2, Id="1", Name="Ann", City="Bern")]
    assert rejects == [(3, "2,Bo", "found 2 cells; expected 3, one for each header")]


def test_a_file_whose_end_is_zeros_loses_only_its_last_row(tmp_path: Path) -> None:
    text = "".join(f"{at},Ann\n" for at in range(2000))
    rows, rejects = read(tmp_path, f"Id,Name\n{text}2000,Bo".encode() + bytes(4096))
    assert [found["Id"] for found in rows] == [str(at) for at in range(2000)]
    assert rejects == [
        (2002, "2000,Bo", "found zeros, as in a file whose sender was cut off while writing; expected text")
    ]


def test_an_open_quote_does_not_swallow_the_rows_after_it(tmp_path: Path) -> None:
    content = b'Id,Note\n1,"never closed\n2,fine\n3,"quoted"\n4,"two\nlines"\n'
    rows, rejects = read(tmp_path, content)
    assert rows == [
        row(3, Id="2", Note="fine"),
        row(4, Id="3", Note="quoted"),
        row(5, Id="4", Note="two\nlines"),
    ]
    assert [(line, text) for line, text, _ in rejects] == [(2, '1,"never closed')]


def test_a_quote_open_for_megabytes_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.sources.files.records.LONGEST_RECORD", 1000)
    monkeypatch.setattr(delimited, "_FAST_BLOCK", 500)
    rest = b"".join(b"%d,x\n" % number for number in range(2, 2000))
    rows, rejects = read(tmp_path, b'Id,Note\n1,"open\n' + rest)
    assert [found["_line"] for found in rows] == list(range(3, 2001))
    assert [line for line, _, _ in rejects] == [2]


def test_signs_inside_cells_are_no_quotes(tmp_path: Path) -> None:
    rows, rejects = read(tmp_path, b'Id,Size\n1,5" pipe\n2,"6"" pipe"\n3,"7" pipe\n')
    assert [found["Size"] for found in rows] == ['5" pipe', '6" pipe', "7 pipe"]
    assert rejects == []


def test_a_row_with_undecodable_bytes_is_rejected(tmp_path: Path) -> None:
    content = "Id,Name\n1,Zoë\n2,Åsa\n3,Müller\n".encode() + b"4,Jos\xe9\n" + "5,Øre\n".encode()
    rows, rejects = read(tmp_path, content)
    assert [found["Name"] for found in rows] == ["Zoë", "Åsa", "Müller", "Øre"]
    assert rejects == [(5, "4,Jos�", "found bytes that are not utf-8; expected text")]


def test_too_many_rejects_are_an_error_that_says_what_to_check(tmp_path: Path) -> None:
    content = b"a,b,c\n" + b"1,2\n" * 100_001
    with pytest.raises(
        UnreadableFile, match=r"leads.csv: found more than 100,000 rows .* line 2: found 2 cells"
    ):
        read(tmp_path, content)


def test_gzip_is_undone(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, gzip.compress(b"Id,Name\n1,Ann\n"))
    assert rows == [row(2, Id="1", Name="Ann")]


def test_a_cut_gzip_is_an_error(tmp_path: Path) -> None:
    whole = gzip.compress(b"".join(b"%d,name of %d\n" % (at, at * 7919) for at in range(10_000)))
    with pytest.raises(UnreadableFile, match=r"leads.csv: found content that cannot be read \(EOFError"):
        read(tmp_path, whole[: len(whole) // 2])


def test_a_line_without_end_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.sources.files.text.LONGEST_RECORD", 1000)
    with pytest.raises(UnreadableFile, match=r"a line of more than 1,000 characters, beginning .1,xxx"):
        read(tmp_path, b"Id,Name\n1," + b"x" * 5000)
