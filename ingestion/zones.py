"""UTC offsets of time zones as periods, and the one reading of a local wall time as an instant.

What a zone's clock shows and when belongs here; which column is in which zone does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

# Offsets are asked for at this distance; no zone has changed its clock twice within it (Freetown took four, in 1939).
_STEP = timedelta(days=3)


@dataclass(frozen=True)
class OffsetPeriod:
    """A span of time, from inclusive to exclusive (naive UTC), in which local time = UTC + `offset_seconds`."""

    utc_from: datetime
    utc_until: datetime
    offset_seconds: int

    @property
    def local_until(self) -> datetime:
        return self.utc_until + timedelta(seconds=self.offset_seconds)


@cache
def offset_periods(zone: str, first_year: int, last_year: int) -> tuple[OffsetPeriod, ...]:
    """The offset periods of an IANA zone, in order and without gaps, over whole years (both ends included).

    Raises ZoneInfoNotFoundError when there is no such zone.
    """
    clock = ZoneInfo(zone)
    start, end = datetime(first_year, 1, 1), datetime(last_year + 1, 1, 1)
    periods = []
    at, offset = start, _offset(clock, start)
    began = start
    while at < end:
        step = min(at + _STEP, end)
        new = _offset(clock, step)
        if new != offset:
            change = _change(clock, at, step)
            periods.append(OffsetPeriod(began, change, offset))
            began, offset = change, new
        at = step
    if began < end:
        periods.append(OffsetPeriod(began, end, offset))
    return tuple(periods)


@dataclass(frozen=True)
class LocalSpan:
    """From `local_from` on (inclusive), a wall time w means the later of `utc_from` and w - `offset_seconds`."""

    local_from: datetime
    utc_from: datetime
    offset_seconds: int


@cache
def local_spans(zone: str) -> tuple[LocalSpan, ...]:
    """How every wall time of a zone is read, 1900 to 2101, the first span reaching back and the last one on for ever.

    A wall time means the first instant at which the local clock shows it or later: in a repeated hour the first pass,
    in a skipped hour or day the instant of the jump.
    """
    spans: list[LocalSpan] = []
    shown = datetime.min
    for period in offset_periods(zone, 1900, 2101):
        if period.local_until > shown:
            utc_from = period.utc_from if spans else datetime.min
            spans.append(LocalSpan(shown, utc_from, period.offset_seconds))
            shown = period.local_until
    return tuple(spans)


def _offset(clock: ZoneInfo, instant: datetime) -> int:
    offset = clock.fromutc(instant.replace(tzinfo=clock)).utcoffset()
    return offset.days * 86_400 + offset.seconds


def _change(clock: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which the offset that holds at `after` begins."""
    low, high = before, after
    until = _offset(clock, after)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if _offset(clock, middle) == until:
            high = middle
        else:
            low = middle
    return high
