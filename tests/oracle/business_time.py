"""Open time of business calendars, walked date by date: business minutes, due instants, what a calendar covers.

Which calendar a clock asks, and what follows from being late, does not belong here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from tests.oracle.clock import in_force
from tests.oracle.patterns import plain

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
YEARS = 10
"""How far the search for a due instant goes."""


def wall(instant: datetime, zone: ZoneInfo) -> datetime:
    """What the local clock shows at an instant (naive UTC), as a naive datetime."""
    return instant.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


@lru_cache(maxsize=200_000)
def instant_of(shown: datetime, zone: ZoneInfo) -> datetime:
    """The first instant (naive UTC) at which the local clock shows a wall time or later.

    Of a repeated hour the first pass; for a skipped hour or day the instant of the jump, found by halving the time
    between an instant surely before it and one surely after it.
    """
    before = shown - shown.replace(tzinfo=zone, fold=1).utcoffset()
    after = shown - shown.replace(tzinfo=zone, fold=0).utcoffset()
    if wall(after, zone) == shown:
        return after
    while after - before > SECOND:
        middle = before + SECOND * ((after - before) // (2 * SECOND))
        before, after = (before, middle) if wall(middle, zone) >= shown else (middle, after)
    return after


@dataclass
class Calendar:
    """One calendar: its weekly rows by weekday, and the intervals of its exceptions by date (none = closed)."""

    zone: ZoneInfo
    weekly: list[dict] = field(default_factory=list)
    exceptions: dict[date, list[dict]] = field(default_factory=dict)
    _segments: dict[date, list[tuple[datetime, datetime]]] = field(default_factory=dict)

    def date_of(self, instant: datetime) -> date:
        return wall(instant, self.zone).date()

    def covers(self, day: date) -> bool:
        """Whether an exception is on the date or any weekly row, of whatever weekday, in force."""
        return day in self.exceptions or any(in_force(row, day) for row in self.weekly)

    def segments(self, day: date) -> list[tuple[datetime, datetime]]:
        """The intervals that open on a local date, as instants, also where they run past midnight."""
        if day not in self._segments:
            rows = self.exceptions.get(day)
            if rows is None:
                weekday = str(day.isoweekday())
                rows = [row for row in self.weekly if str(row["weekday"]) == weekday and in_force(row, day)]
            self._segments[day] = [self._segment(day, row["open"], row["close"]) for row in rows]
        return self._segments[day]

    def _segment(self, day: date, opens: str, closes: str) -> tuple[datetime, datetime]:
        begin = datetime.combine(day, time.fromisoformat(opens))
        if closes == "24:00":
            end = datetime.combine(day + DAY, time())
        else:
            end = datetime.combine(day, time.fromisoformat(closes))
            end += DAY if end < begin else timedelta(0)
        return instant_of(begin, self.zone), instant_of(end, self.zone)

    def business_minutes(self, start: datetime, end: datetime) -> float | None:
        """Open minutes from one instant to another, negated when they run backwards.

        None when a local date from the one to the other, both ends in, is not covered. A shift that opened on the
        date before counts where that date's hours are known, covered ones only being known.
        """
        if end < start:
            backwards = self.business_minutes(end, start)
            return None if backwards is None else -backwards
        day, last = self.date_of(start), self.date_of(end)
        segments = list(self.segments(day - DAY))
        while day <= last:
            if not self.covers(day):
                return None
            segments += self.segments(day)
            day += DAY
        open_time, reached = timedelta(0), start
        for opens, closes in sorted(segments):
            begin, finish = max(opens, reached), min(closes, end)
            if begin < finish:
                open_time += finish - begin
                reached = finish
        return open_time / timedelta(minutes=1)

    def due_at(self, start: datetime, target_minutes: Decimal) -> datetime | None:
        """The first instant at which the open time since the start reaches a positive target.

        None when the walk meets a local date that is not covered first, the start's own included, or the date ten
        years after the start's. A shift belongs to the date it opens on, so what is due in the night after the last
        covered date is due there.
        """
        missing = timedelta(microseconds=round(Decimal(target_minutes) * 60_000_000))
        day, reached = self.date_of(start), start
        if not self.covers(day):
            return None
        last = day.replace(day=min(day.day, 28), year=day.year + YEARS) + DAY * (day.day - min(day.day, 28))
        segments = list(self.segments(day - DAY))
        while day <= last and self.covers(day):
            segments += self.segments(day)
            # Whatever opens on a later date opens after this one's midnight: time before it is settled.
            midnight = instant_of(datetime.combine(day + DAY, time()), self.zone)
            for opens, closes in sorted(segments):
                begin, finish = max(opens, reached), min(closes, midnight)
                if begin < finish:
                    if finish - begin >= missing:
                        return begin + missing
                    missing -= finish - begin
                    reached = finish
            segments = [(opens, closes) for opens, closes in segments if closes > midnight]
            day += DAY
        for opens, closes in sorted(segments):
            begin = max(opens, reached)
            if closes - begin >= missing:
                return begin + missing
            if begin < closes:
                missing, reached = missing - (closes - begin), closes
        return None


def calendars(
    business_calendars: list[dict], business_hours: list[dict], calendar_exceptions: list[dict]
) -> dict[str, Calendar]:
    """The calendars of the seeds by plain calendar_id; rows of others than business_calendars has are left out.

    Times are text as HH:MM, 24:00 too.
    """
    known = {
        plain(row["calendar_id"]): Calendar(ZoneInfo(row["timezone"].strip())) for row in business_calendars
    }
    for row in business_hours:
        if plain(row["calendar_id"]) in known:
            known[plain(row["calendar_id"])].weekly.append(row)
    excepted: dict[tuple[str, date], list[dict]] = defaultdict(list)
    for row in calendar_exceptions:
        intervals = excepted[plain(row["calendar_id"]), row["date"]]
        if row["open"] is not None:
            intervals.append(row)
    for (name, day), intervals in excepted.items():
        if name in known:
            known[name].exceptions[day] = intervals
    return known
