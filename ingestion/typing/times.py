"""SQL that reads instants and dates: ISO-8601 in its usual spellings, configured formats, wall times of a zone.

What a zone's clock shows belongs to `ingestion.zones`; only its use in SQL stands here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from ingestion.engine import literal
from ingestion.zones import LocalSpan, local_spans

_COMMON = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?"
_OFFSET = r"[+-][01]\d(:?\d\d)?"
_DAY = r"(\d{4}-\d\d-\d\d|\d{8})"
_CLOCK = r"\d\d(:?\d\d(:?\d\d([.,]\d+)?)?)?"
_ZONE = rf"(Z|z|UTC|GMT|{_OFFSET})?"

# The first branches take the common spellings as they are; `iso_form` brings rarer ones (no seconds or minutes, a
# comma, a blank before the offset, the basic format) into the same form. The engine's own cast is too lenient to be
# asked alone.
MACROS = rf"""
create or replace temp macro iso_form(x) as case
    when regexp_full_match(x, '\d{{4}}-\d\d-\d\d|{_COMMON}(Z|{_OFFSET})?') then x
    when regexp_full_match(x, '{_DAY}([Tt ]{_CLOCK}\s?{_ZONE})?')
        then regexp_replace(regexp_extract(x, '^[\d-]+'), '^(....)-?(..)-?(..)$', '\1-\2-\3')
            || regexp_replace(rpad(replace(regexp_extract(x, '^[\d-]+[Tt ]([\d:]+)', 1), ':', ''), 6, '0'),
                '(..)(..)(..)', 'T\1:\2:\3')
            || replace(regexp_extract(x, '[.,]\d+'), ',', '.')
            || regexp_replace(regexp_extract(x, '[Tt ][\d:.,]+\s?(.*)$', 1), 'z|UTC|GMT', 'Z')
end;
create or replace temp macro offset_instant(iso) as case
    when ends_with(iso, 'Z') then try_cast(iso as timestamp)
    when regexp_matches(substr(iso, 20), '[+-]') then make_timestamp(epoch_us(try_cast(iso as timestamptz)))
end;
create or replace temp macro unzoned(iso) as
    case when not regexp_matches(substr(iso, 20), '[Z+-]') then try_cast(iso as timestamp) end;
create or replace temp macro iso_instant(x) as case
    when regexp_full_match(x, '{_COMMON}(Z|{_OFFSET})') then offset_instant(x)
    when regexp_full_match(x, '{_COMMON}') then null
    else offset_instant(iso_form(x))
end;
create or replace temp macro iso_wall(x) as case
    when regexp_full_match(x, '{_COMMON}') then try_cast(x as timestamp)
    when regexp_full_match(x, '{_COMMON}(Z|{_OFFSET})') then null
    else unzoned(iso_form(x))
end;
create or replace temp macro iso_utc(x) as case
    when regexp_full_match(x, '{_COMMON}Z?') then try_cast(x as timestamp)
    else coalesce(iso_instant(x), iso_wall(x))
end;
create or replace temp macro squeezed(x) as regexp_replace(x, '[\s\p{{Z}}]+', ' ', 'g');
"""


def zone_macro(zone: str) -> str:
    """SQL that creates the macro by which wall times of `zone` become instants (naive UTC)."""
    meaning = f"case when wall is not null then {_wall_to_utc(zone)} end"
    return f"create or replace temp macro {_macro(zone)}(wall) as {meaning};"


def instant(text: str, formats: Sequence[str]) -> str:
    """SQL for the instant (naive UTC) written in `text` with its offset; null where no offset is given."""
    zoned = [
        f"make_timestamp(epoch_us({_parsed(text, pattern)}))" for pattern in formats if _is_zoned(pattern)
    ] + [_parsed(text, pattern) for pattern in formats if _is_utc(pattern)]
    return _first([*zoned, f"iso_instant({text})"])


def wall(text: str, formats: Sequence[str]) -> str:
    """SQL for the wall time written in `text` without an offset, a date alone at midnight; null where there is none."""
    plain = [pattern for pattern in formats if not _is_zoned(pattern) and not _is_utc(pattern)]
    return _first([*(_parsed(text, pattern) for pattern in plain), f"iso_wall({text})"])


def utc(text: str) -> str:
    """SQL for the instant written in ISO-8601 where wall times are UTC, at a third of the cost of both above."""
    return f"iso_utc({text})"


def date(text: str, formats: Sequence[str]) -> str:
    """SQL for the date written in `text`, whatever time and offset follow it; null when there is none."""
    read = f"try_cast(left(iso_form({text}), 10) as date)"
    written = [f"cast({_parsed(*_without_zone(text, pattern))} as date)" for pattern in formats]
    return _first([*written, read])


def to_utc(value: str, zone: str) -> str:
    """SQL for the instant that the wall time `value` (a timestamp) of `zone` means."""
    return f"{_macro(zone)}({value})"


def _first(readings: Sequence[str]) -> str:
    return readings[0] if len(readings) == 1 else f"coalesce({', '.join(readings)})"


def _is_zoned(pattern: str) -> bool:
    return "%z" in pattern or "%Z" in pattern


def _without_zone(text: str, pattern: str) -> tuple[str, str]:
    """Text and pattern without the offset or zone at their end: of an instant the engine gives the day in UTC."""
    if not pattern.endswith(("%z", "%Z")):
        return text, pattern
    return rf"regexp_replace({text}, '\s*([+-]\d\d(:?\d\d)?|[A-Za-z][\w/+-]*)$', '')", pattern[:-2].rstrip()


def _is_utc(pattern: str) -> bool:
    return pattern.endswith("Z") and not pattern.endswith("%Z")


def _parsed(text: str, pattern: str) -> str:
    squeezed = f"squeezed({text})"
    if "%z" in pattern:
        squeezed = f"regexp_replace({squeezed}, '[Zz]$', '+00:00')"
    parsed = f"try_strptime({squeezed}, {literal(' '.join(pattern.split()))})"
    # The engine reads the year 24 where `%Y` meets `5/1/24`; nobody means it.
    return f"case when year({parsed}) >= 1000 then {parsed} end"


@cache
def _wall_to_utc(zone: str) -> str:
    """A balanced tree of comparisons, so that a row meets about nine of them, not one a clock change."""
    return _tree(local_spans(zone))


def _tree(spans: Sequence[LocalSpan]) -> str:
    if len(spans) > 1:
        middle = len(spans) // 2
        border = f"timestamp '{spans[middle].local_from}'"
        return f"case when wall < {border} then {_tree(spans[:middle])} else {_tree(spans[middle:])} end"
    (span,) = spans
    if not span.offset_seconds and span.utc_from.year == 1:
        return "wall"
    shifted = f"wall - interval ({span.offset_seconds}) second"
    return shifted if span.utc_from.year == 1 else f"greatest(timestamp '{span.utc_from}', {shifted})"


def _macro(zone: str) -> str:
    return '"wall time in ' + zone + '"'
