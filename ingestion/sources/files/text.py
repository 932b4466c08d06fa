"""A text file as UTF-8: as blocks for the fast reader, as lines for the careful ones.

Turning a file into text belongs here; what the text says does not.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingestion.sources.files.detection import open_content
from ingestion.sources.files.discovery import BLOCK, File
from ingestion.sources.files.encodings import detect, utf8
from ingestion.sources.files.errors import UnreadableFile

LONGEST_RECORD = 16 << 20
"""Characters beyond which a line is refused and an open quote counts as never closed: it bounds the memory."""


@dataclass(frozen=True)
class Text:
    """The text of `file`, which is written in `encoding`."""

    file: File
    encoding: str

    @classmethod
    def of(cls, file: File, configured: str | None) -> Text:
        """With the configured encoding, else the detected one, for which the file is read once to its end."""
        return cls(file, configured or detect(_blocks(file)))

    def blocks(self, offset: int = 0) -> Iterator[bytes]:
        """The text in UTF-8 from a byte on; bytes that are not of the encoding come as bytes that are not UTF-8."""
        for block in utf8(_blocks(self.file), self.encoding):
            yield block[offset:]
            offset = max(0, offset - len(block))

    def lines(self, offset: int = 0) -> Iterator[str]:
        """The lines with their ends (LF, CRLF or a lone CR); what could not be decoded is in it as surrogates.

        Raises UnreadableFile for a line that has no end.
        """
        stream = io.TextIOWrapper(
            buffered(self.blocks(offset)), "utf-8", errors="surrogateescape", newline=""
        )
        while line := stream.readline(LONGEST_RECORD):
            if len(line) == LONGEST_RECORD and line[-1] not in "\r\n":
                raise UnreadableFile(
                    self.file.unit,
                    f"a line of more than {LONGEST_RECORD:,} characters, beginning {line[:40]!r}",
                    "lines of text",
                    "Check that the file is text in the configured format, and have it sent again.",
                )
            yield line


def buffered(blocks: Iterable[bytes]) -> io.BufferedReader:
    """Blocks of bytes as one readable file."""
    return io.BufferedReader(_Joined(blocks), BLOCK)


def shown(text: str) -> str:
    """Text for a person: bytes that could not be decoded are shown as \ufffd."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def is_decoded(text: str) -> bool:
    """Was every byte of it text in the file's encoding?"""
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def utf8_length(text: str) -> int:
    """The bytes that a part of the lines takes in the blocks."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))


def _blocks(file: File) -> Iterator[bytes]:
    with open_content(file) as handle:
        while block := handle.read(BLOCK):
            yield block


class _Joined(io.RawIOBase):
    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, target: memoryview) -> int:
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        size = min(len(target), len(self._rest))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
