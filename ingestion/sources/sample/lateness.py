"""When the source had a row: at once for most, days after the event for some, so that nights meet late arrivals.

Only the delay between an event and its record belongs here.
"""

from __future__ import annotations

import numpy as np

from ingestion.sources.sample.clock import Clock
from ingestion.sources.sample.draws import DAY, Random, chance, fades


def recorded(rng: Random, clock: Clock, instant: np.ndarray, late: float) -> np.ndarray:
    """Instants of recording: `late` is the share that comes a day to two weeks after the event, never past the end."""
    delay = np.where(
        chance(rng, late, len(instant)), np.minimum(fades(rng, 2.5, len(instant)), 13 * DAY) + DAY, 0
    )
    return np.clip(instant + delay, clock.start, clock.horizon - 1)
