"""What a sample is: its size, span, seed, nights and planted defects, and the units it is handed over in.

Validated settings and the arithmetic of units belong here; what is in a unit does not.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ingestion.sources.sample.clock import Clock
from ingestion.sources.sample.defects import DEFECTS

GENERATION = 3
"""Raise it when the simulator gives other rows for the same settings, so that fingerprints change with them."""
CHUNK_PEOPLE = 20_000
"""People simulated at once: bounds the memory, about 400,000 touches."""
CHUNKS_PER_PART = 10


class SampleConfig(BaseModel):
    """The `sample` source of a configuration.

    `leads` is the number of people who become known; the sample covers the `days` that end with `end`. With `nights`,
    what was recorded in the last so many days comes as one unit a night, the time before as history. `dirt` are the
    blemishes of everyday exports that gate 1 quarantines or staging outlives; `defects` are planted by name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["sample"] = "sample"
    leads: int = Field(default=20_000, ge=1, le=50_000_000)
    seed: int = Field(default=42, ge=0)
    end: date = date(2026, 6, 30)
    days: int = Field(default=730, ge=60, le=3_650)
    nights: int | None = Field(default=None, ge=1)
    dirt: bool = True
    defects: tuple[str, ...] = ()

    @field_validator("defects")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [name for name in names if name not in DEFECTS]
        if unknown:
            raise ValueError(f"{', '.join(unknown)}: no such defect; there are {', '.join(DEFECTS)}")
        return names

    @field_validator("nights")
    @classmethod
    def _within(cls, nights: int | None, info) -> int | None:
        if nights is not None and nights >= info.data.get("days", nights + 1):
            raise ValueError(
                f"{nights} nights; expected fewer than the {info.data['days']} days of the sample"
            )
        return nights

    @property
    def clock(self) -> Clock:
        return Clock(self.end - timedelta(days=self.days - 1), self.end)

    @property
    def chunks(self) -> int:
        return -(-self.leads // CHUNK_PEOPLE)

    def numbers(self, chunk: int) -> range:
        """The numbers of the people that chunk number `chunk` simulates."""
        return range(chunk * CHUNK_PEOPLE, min((chunk + 1) * CHUNK_PEOPLE, self.leads))

    @property
    def parts(self) -> list[range]:
        """The chunks of each unit that holds people; one company's tables are not cut."""
        starts = range(0, self.chunks, CHUNKS_PER_PART)
        return [range(start, min(start + CHUNKS_PER_PART, self.chunks)) for start in starts]

    @property
    def world(self) -> str:
        """A name for the simulated rows: equal for settings that differ in how they are handed over only."""
        settings = self.model_dump_json(exclude={"nights", "type"})
        return hashlib.sha256(f"{GENERATION} {settings}".encode()).hexdigest()[:16]

    @property
    def night_days(self) -> list[date]:
        """The days that come as nights of their own, oldest first."""
        return [self.end - timedelta(days=back) for back in reversed(range(self.nights or 0))]


def instant(day: date) -> int:
    """Seconds since 1970 at which `day` begins, UTC."""
    return int(datetime.combine(day, time(), UTC).timestamp())
