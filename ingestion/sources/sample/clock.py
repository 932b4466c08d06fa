"""The sample's time: its span, local clocks with daylight saving, and when people are at work.

Instants are whole seconds since 1970 in UTC. What happens at them is not decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from ingestion.sources.sample.company import ZONES
from ingestion.sources.sample.draws import DAY, HOUR, Random, pick

OPENS, CLOSES = 8 * HOUR, 19 * HOUR
MONTH_WEIGHTS = np.array([1.08, 1.05, 1.10, 1.0, 0.98, 0.95, 0.85, 0.78, 1.08, 1.12, 1.10, 0.72])
WEEKDAY_WEIGHTS = np.array([1.10, 1.18, 1.15, 1.10, 0.92, 0.38, 0.42])
HOUR_WEIGHTS = np.array([1, 1, 1, 1, 1, 2, 4, 8, 14, 20, 22, 20, 15, 17, 20, 20, 18, 14, 10, 9, 9, 8, 5, 2.0])
YEARLY_GROWTH = 1.35


@dataclass(frozen=True)
class Clock:
    """A span of local days, both inclusive; records of events at or after `horizon` do not exist yet."""

    first_day: date
    last_day: date

    @property
    def start(self) -> int:
        return _midnight(self.first_day)

    @property
    def horizon(self) -> int:
        return _midnight(self.last_day) + DAY

    @property
    def days(self) -> int:
        return (self.horizon - self.start) // DAY

    def progress(self, instant: np.ndarray) -> np.ndarray:
        """0 at the start, 1 at the horizon; clipped."""
        return np.clip((instant - self.start) / (self.horizon - self.start), 0, 1)

    @cached_property
    def day_weights(self) -> np.ndarray:
        """How busy each day of the span is: growth, season and weekday."""
        days = [self.first_day + timedelta(days=day) for day in range(self.days)]
        season = MONTH_WEIGHTS[[day.month - 1 for day in days]]
        weekday = WEEKDAY_WEIGHTS[[day.weekday() for day in days]]
        return season * weekday * YEARLY_GROWTH ** (np.arange(self.days) / 365)

    def arrivals(self, rng: Random, zone: np.ndarray) -> np.ndarray:
        """Instants spread over the span as visits are, in each one's own zone."""
        day = pick(rng, self.day_weights, len(zone))
        second = pick(rng, HOUR_WEIGHTS, len(zone)) * HOUR + rng.integers(0, HOUR, len(zone))
        instant = self._instant(self.start // DAY + day, second, zone)
        return np.clip(instant, self.start, self.horizon - 1)

    def at_work(self, rng: Random, instant: np.ndarray, zone: np.ndarray) -> np.ndarray:
        """`instant`, or a moment of the next working morning where nobody is at work then."""
        local = instant + self._offset(instant // DAY, zone)
        day, second = local // DAY, local % DAY
        closed = second >= CLOSES
        day = day + closed
        weekday = (day + 3) % 7
        day = day + np.select([weekday == 5, weekday == 6], [2, 1], 0)
        moved = closed | (weekday >= 5) | (second < OPENS)
        morning = OPENS + (rng.exponential(0.6, len(instant)) * HOUR).astype(np.int64) % (4 * HOUR)
        return np.where(moved, self._instant(day, np.where(moved, morning, second), zone), instant)

    def local_offset(self, instant: np.ndarray, zone: np.ndarray) -> np.ndarray:
        """Seconds that the local clock is ahead of UTC."""
        return self._offset(instant // DAY, zone)

    def on_last_day(self, second: np.ndarray, zone: np.ndarray) -> np.ndarray:
        """The instant at which the clocks of each zone show a second of the last day."""
        return self._instant(np.full(len(zone), self.horizon // DAY - 1), second, zone)

    def _instant(self, day: np.ndarray, second: np.ndarray, zone: np.ndarray) -> np.ndarray:
        return day * DAY + second - self._offset(day, zone)

    def _offset(self, day: np.ndarray, zone: np.ndarray) -> np.ndarray:
        # Read at noon: on the two days a year when a clock jumps, the night hours are an hour off, which is how
        # wrong a sample may be; the instants themselves are sound.
        first, offsets = self._offsets
        return offsets[zone, np.clip(day - first, 0, offsets.shape[1] - 1)]

    @cached_property
    def _offsets(self) -> tuple[int, np.ndarray]:
        first = self.start // DAY - 400
        noons = [
            datetime.fromtimestamp((first + day) * DAY + DAY // 2, UTC) for day in range(self.days + 900)
        ]
        zones = [ZoneInfo(name) for name in ZONES]
        return first, np.array(
            [[int(noon.astimezone(zone).utcoffset().total_seconds()) for noon in noons] for zone in zones]
        )


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
