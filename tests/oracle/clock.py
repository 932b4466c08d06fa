"""Local days and wall times of the reporting timezone, and durations between instants.

Instants are naive UTC datetimes everywhere in the oracle; business hours do not belong here.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


class Clock:
    """The moment the oracle speaks for, and the zone whose days it counts in."""

    def __init__(self, as_of: datetime, zone: str):
        self.as_of = as_of
        self.zone = ZoneInfo(zone)

    def wall(self, instant: datetime) -> datetime:
        """What the local clock shows at an instant, as a naive datetime."""
        return instant.replace(tzinfo=UTC).astimezone(self.zone).replace(tzinfo=None)

    def day(self, instant: datetime) -> date:
        return self.wall(instant).date()

    def month(self, instant: datetime) -> date:
        return self.day(instant).replace(day=1)

    def midnight(self, day: date) -> datetime:
        """The first instant at which the local clock shows 00:00 of a day or later.

        Found by search, not by the zone library's own reading of gaps and folds: within two days before and
        after, the clock shows less than the day at first and at least the day at last, and jumps are minutes.
        """
        wanted = datetime(day.year, day.month, day.day)
        instant = wanted - timedelta(days=2)
        for step in (timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)):
            while self.wall(instant + step) < wanted:
                instant += step
        return instant + timedelta(seconds=1)


def days(start: datetime | None, end: datetime | None) -> float | None:
    """Decimal days between two instants, negative when they run backwards; None where one is missing."""
    return None if start is None or end is None else (end - start) / timedelta(days=1)


def minutes(start: datetime | None, end: datetime | None) -> float | None:
    """Decimal minutes between two instants; None where one is missing."""
    return None if start is None or end is None else (end - start) / timedelta(minutes=1)


def in_force(row: dict, day: date) -> bool:
    """Whether a seed row's validity, local dates with both ends inclusive and blank ones open, holds on a day."""
    return (row["valid_from"] or date.min) <= day <= (row["valid_until"] or date.max)
