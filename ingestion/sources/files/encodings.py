"""Which encoding a text has, and its bytes as UTF-8.

Deciding and transcoding belong here, on streams of blocks; where lines and cells end does not.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator

import numpy as np
from charset_normalizer import CharsetMatch, from_bytes

_MARKS = (  # the longer mark first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# GB18030 writes rare characters as letter, digit, letter, digit: among accented letters that would be a strange word.
_RARE_CHINESE = re.compile(rb"[\x81-\xfe][0-9][\x81-\xfe][0-9]")
_DENSE = ["gb18030", "big5", "cp932", "euc_jp", "cp949", "cp1251", "cp1253", "cp1255", "cp1256", "koi8_r"]
_NEIGHBOURS = ("gb18030", "big5", "cp949", "euc_jp")
_SAMPLE = 1 << 16
_PART = 1 << 16
_SAME_CHAOS = 0.05
_TYPOGRAPHIC = set("“”„‘’–—…€•™®©°§«»\xa0")

# A byte that never occurs in UTF-8: it marks what could not be decoded, so the row that holds it can be rejected.
_UNDECODABLE = "\udcff"
codecs.register_error("closedloop.mark", lambda error: (_UNDECODABLE, error.end))


def detect(blocks: Iterable[bytes]) -> str:
    """The encoding of a text given as blocks of bytes.

    A byte order mark decides; zeros in every other byte mean UTF-16. Text that is valid UTF-8 to its end is UTF-8, and
    so is text with far more valid than invalid sequences: its bad rows are for the reader to reject. Everything else
    is judged from the text around the first byte that is not UTF-8.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    valid = 0
    for number, block in enumerate(blocks):
        if number == 0 and (marked := _marked(block)):
            return marked
        if block.isascii() and not decoder.getstate()[0]:
            continue
        try:
            _check(decoder, block)
        except UnicodeDecodeError:
            text = block.decode("utf-8", "replace")
            foreign, invalid = sum(not sign.isascii() for sign in text), text.count("\ufffd")
            return "utf-8" if valid + foreign - invalid > 3 * invalid else _other(block)
        valid += np.count_nonzero(np.frombuffer(block, np.uint8) >= 0xC0)
    return "utf-8"


def is_binary(head: bytes) -> bool:
    """Has the head of a file the zeros that no text has, but for UTF-16 and UTF-32?"""
    return head.count(0) * 50 > len(head) and _marked(head) is None


def utf8(blocks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The text as blocks of UTF-8 without a byte order mark; what cannot be decoded becomes the invalid byte FF.

    A file that went through two tools may begin with two marks.
    """
    converted = (
        blocks if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig") else _transcode(blocks, encoding)
    )
    at_start = True
    for block in converted:
        while at_start and block.startswith(codecs.BOM_UTF8):
            block = block.removeprefix(codecs.BOM_UTF8)
        if block:
            yield block
            at_start = False


def checked(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The blocks as they are; raises UnicodeDecodeError when they are no text in UTF-8, at the latest at their end."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for block in blocks:
        if b"\0" in block:
            raise UnicodeDecodeError("utf-8", b"\0", 0, 1, "zeros are no text")
        if decoder.getstate()[0] or not block.isascii():
            _check(decoder, block)
        yield block
    decoder.decode(b"", final=True)


def _check(decoder: codecs.IncrementalDecoder, block: bytes) -> None:
    """Decode a block for its errors only, in parts that stay in the processor's cache: a third of the cost."""
    for at in range(0, len(block), _PART):
        decoder.decode(block[at : at + _PART])


def _transcode(blocks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="closedloop.mark")
    for block in blocks:
        yield decoder.decode(block).encode("utf-8", "surrogateescape")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogateescape")


def _marked(block: bytes) -> str | None:
    """The encoding that the first bytes of a text give away."""
    for mark, name in _MARKS:
        if block.startswith(mark):
            return name
    even, odd = block[0::2].count(0), block[1::2].count(0)
    # Latin letters in UTF-16 leave half of all bytes zero, and always the same half.
    if max(even, odd) * 4 < len(block) or min(even, odd) * 10 > max(even, odd):
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _other(block: bytes) -> str:
    lines = re.split(rb"[\r\n]+", block)
    foreign = b"\n".join(line for line in lines if not line.isascii())[:_SAMPLE]
    sample = _RARE_CHINESE.sub(b"", foreign)
    runs = re.findall(rb"[\x80-\xff]+", sample)
    if 2 * sum(len(run) == 1 for run in runs) >= len(runs):  # accented letters stand alone in Latin scripts
        western, central = (_plausible(sample.decode(name, "replace")) for name in ("cp1252", "cp1250"))
        return "cp1250" if central > western else "cp1252"
    matches = list(from_bytes(sample, cp_isolation=_DENSE))
    if _is_everyday_chinese(sample) and not _is_rather_a_neighbour(matches):
        return "gb18030"
    if _is_cyrillic(sample):
        return "cp1251"
    return matches[0].encoding if matches else "cp1252"


def _plausible(text: str) -> int:
    """How many characters beyond ASCII are letters, or signs that writers do use."""
    return sum(not sign.isascii() and (sign.isalpha() or sign in _TYPOGRAPHIC) for sign in text)


def _is_everyday_chinese(sample: bytes) -> bool:
    """Do most pairs of bytes fall on the common characters of GB2312 or its punctuation?"""
    signs = [sign for sign in sample.decode("gb18030", "replace") if not sign.isascii()]
    common = 0
    for sign in signs:
        lead = sign.encode("gb2312", "replace")[0]
        common += 0xB0 <= lead <= 0xD7 or 0xA1 <= lead <= 0xA3
    return bool(signs) and common >= 0.8 * len(signs)


def _is_rather_a_neighbour(matches: list[CharsetMatch]) -> bool:
    """Does text whose bytes are everyday Chinese read better in another encoding that uses these bytes every day?

    Others, single bytes and half-width kana among them, find sense in any bytes.
    """
    chaos = {match.encoding: match.chaos for match in matches if match.encoding in _NEIGHBOURS}
    return bool(chaos) and chaos.get("gb18030", 1.0) > min(chaos.values()) + _SAME_CHAOS


def _is_cyrillic(sample: bytes) -> bool:
    signs = [sign for sign in sample.decode("cp1251", "replace") if not sign.isascii()]
    return sum("А" <= sign <= "я" or sign in "Ёё«»№–—" for sign in signs) >= 0.95 * len(signs)
