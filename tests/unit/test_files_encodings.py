"""Text in any encoding comes out as the same rows, whether the encoding is detected or configured.

Only encodings are tested here; line ends, quotes and delimiters have a file of their own.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from ingestion.sources.base import Window
from ingestion.sources.files import FilesConfig, FileSource
from ingestion.sources.files.encodings import detect, utf8

TEXTS = {
    "western": "Id;Name;Ort\n1;Jürgen Müller;Köln\n2;François Lefèvre;Besançon\n3;“Zoë” – José;Málaga €\n",
    "polish": "Id;Name\n1;Łukasz Żółć\n2;Małgorzata Wąsik\n3;Grażyna Śliwińska\n",
    "russian": "Id;Имя;Город\n1;Иван Петров;Москва\n2;Мария Соколова;Казань\n",
    "chinese": "编号,姓名,公司,城市\n1,张伟,北京科技有限公司,北京\n2,王芳,上海贸易公司,上海\n",
    "short chinese": "id,name\n1,张三\n2,李娜\n",
    "rare chinese": "history_id,线索编号,field,备注\nh3,l1,owner,客户，㐂𠮷\nh6,l1,status,无\nh7,l2,status,𠮷㐂\n",
    "korean": "번호,이름,회사\n1,김철수,삼성전자\n2,이영희,현대자동차\n",
    "japanese": "番号,名前,会社\n1,山田太郎,株式会社テスト\n2,鈴木スズキ,トヨタ自動車\n",
}


def read(folder: Path, content: bytes, **table: object) -> list[tuple]:
    (folder / "leads.csv").write_bytes(content)
    config = FilesConfig(tables={"crm_lead": {"path": "leads.csv", **table}})
    (extract,) = FileSource("crm", config, folder).extract("crm_lead", Window(datetime(2026, 1, 1)))
    batches = list(extract.batches)
    assert extract.rejects == []
    return [
        tuple(batches[0].schema.names),
        *(tuple(row.values()) for batch in batches for row in batch.to_pylist()),
    ]


def expected(text: str) -> list[tuple]:
    delimiter = ";" if ";" in text else ","
    header, *rows = [tuple(line.split(delimiter)) for line in text.splitlines()]
    return [(*header, "_line"), *((*row, at) for at, row in enumerate(rows, start=2))]


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        *(
            (language, encoding)
            for language in TEXTS
            for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32")
        ),
        ("western", "cp1252"),
        ("polish", "cp1250"),
        ("russian", "cp1251"),
        ("chinese", "gb18030"),
        ("short chinese", "gb18030"),
        ("rare chinese", "gb18030"),
        ("korean", "cp949"),
        ("japanese", "cp932"),
    ],
)
def test_the_encoding_is_detected(tmp_path: Path, language: str, encoding: str) -> None:
    text = TEXTS[language]
    assert read(tmp_path, text.encode(encoding)) == expected(text)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_second_byte_order_mark_is_none_of_the_text(tmp_path: Path, encoding: str) -> None:
    text = "\ufeff" + TEXTS["western"].replace("Id", '"Id"', 1)
    assert read(tmp_path, text.encode(encoding)) == expected(TEXTS["western"])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_detected(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, TEXTS["western"].encode(encoding)) == expected(TEXTS["western"])


@pytest.mark.parametrize(
    ("encoding", "signs"),
    [
        ("gb18030", "éü张"),
        ("cp1252", "€é"),
        ("latin-1", "éÄ"),
        ("utf-16", "éЖ"),
        ("cp437", "éÄ"),
        ("koi8_r", "Жщ"),
    ],
)
def test_a_configured_encoding_wins(tmp_path: Path, encoding: str, signs: str) -> None:
    text = "Id;Name\n" + "".join(f"{at};{sign}\n" for at, sign in enumerate(signs))
    assert read(tmp_path, text.encode(encoding), encoding=encoding) == expected(text)


def test_signs_far_beyond_the_head_decide_too(tmp_path: Path) -> None:
    plain = "".join(f"{at};plain\n" for at in range(400_000))
    text = f"Id;Name\n{plain}x;Müller\n"
    assert read(tmp_path, text.encode("cp1252"))[-1] == ("x", "Müller", 400_002)
    assert read(tmp_path, text.encode("utf-8"))[-1] == ("x", "Müller", 400_002)


def test_bytes_that_the_encoding_does_not_know_reject_their_row_alone(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_bytes("Id,Name\n1,张伟\n2,".encode("gb18030") + b"\xff\xff\n3,ok\n")
    config = FilesConfig(tables={"crm_lead": {"path": "leads.csv", "encoding": "gb18030"}})
    (extract,) = FileSource("crm", config, tmp_path).extract("crm_lead", Window(datetime(2026, 1, 1)))
    assert [row["Id"] for batch in extract.batches for row in batch.to_pylist()] == ["1", "3"]
    assert [(line, reason) for line, _, reason in extract.rejects] == [
        (3, "found bytes that are not gb18030; expected text")
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_sign_may_be_cut_by_the_end_of_a_block(size: int) -> None:
    def blocks(content: bytes) -> list[bytes]:
        return [content[at : at + size] for at in range(0, len(content), size)]

    for encoding in ("gb18030", "utf-16", "utf-8"):
        content = TEXTS["chinese"].encode(encoding)
        assert b"".join(utf8(blocks(content), encoding)).decode() == TEXTS["chinese"]
    assert detect(blocks(TEXTS["chinese"].encode())) == "utf-8"
