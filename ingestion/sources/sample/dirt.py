"""The dirt of everyday exports, on by default: rows twice, rows no one can read, blanks of every kind, wrong clocks.

Only additional rows are spoilt, never the one good row of a record, so that what was simulated is what arrives. Defects
that a check should find are planted in `defects`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from ingestion.sources.sample.blemishes import with_copies, with_values
from ingestion.sources.sample.draws import Random, chance


class Spoilt(NamedTuple):
    """Copies of rows that gate 1 has to quarantine: `share` of the table's rows, with one of `values` in `column`."""

    column: str
    values: tuple[str | None, ...]
    share: float


SPOILT: dict[str, tuple[Spoilt, ...]] = {
    "marketing_contact": (Spoilt("created_at", ("unknown", "0000-00-00"), 0.0005),),
    "marketing_touch": (Spoilt("touch_id", (None, "", "  "), 0.0002),),
    "ad_spend": (Spoilt("spend", ("-", "see invoice"), 0.001),),
    "crm_lead": (
        Spoilt("created_at", ("00/00/0000 00:00", "n/a", "yesterday"), 0.0005),
        Spoilt("lead_id", (None, ""), 0.0002),
    ),
    "crm_lead_history": (Spoilt("lead_id", (None, " "), 0.0003),),
    "crm_opportunity": (Spoilt("amount", ("tbc", "1O000"), 0.0008),),
    "crm_activity": (Spoilt("activity_id", (None, ""), 0.0003),),
}
"""What is quarantined of a sample without defects; at least one row of each in every chunk."""
REPEATED = {
    "marketing_contact": 0.004,
    "marketing_touch": 0.002,
    "ad_spend": 0.003,
    "crm_lead": 0.004,
    "crm_lead_history": 0.003,
    "crm_activity": 0.003,
}
"""Share of rows that the export holds twice; of deals none, whose versions nothing but their order tells apart."""
BLANKED = {"marketing_contact": ("job_title", "phone"), "crm_lead": ("job_title", "industry", "phone")}
"""Columns where part of what is missing is an empty text or spaces."""
AHEAD = 0.0001
"""Share of touches noted by a device whose clock is a year ahead; they do not exist yet."""


def soiled(name: str, table: pa.Table, rng: Random) -> pa.Table:
    """The rows of table `name`, dirty as they come in real life."""
    for column in BLANKED.get(name, ()):
        missing = np.flatnonzero(table[column].is_null())
        for blank in ("", "  "):
            table = with_values(table, column, missing[chance(rng, 0.1, len(missing))], blank)
    if name == "marketing_touch":
        table = _with_touches_ahead(table, rng)
    if name in REPEATED:
        table = with_copies(table, _some(rng, table.num_rows, REPEATED[name]))
    for spoilt in SPOILT.get(name, ()):
        rows = _some(rng, table.num_rows, spoilt.share)
        values = [spoilt.values[position % len(spoilt.values)] for position in range(len(rows))]
        table = with_copies(table, rows, **{spoilt.column: values})
    return table


def _some(rng: Random, rows: int, share: float) -> np.ndarray:
    count = min(rows, max(1, round(rows * share)))
    return np.sort(rng.choice(rows, count, replace=False, shuffle=False))


def _with_touches_ahead(table: pa.Table, rng: Random) -> pa.Table:
    rows = _some(rng, table.num_rows, AHEAD)
    chosen = table.take(pa.array(rows))
    return with_copies(
        table,
        rows,
        touch_id=[f"{touch}-clock" for touch in chosen["touch_id"].to_pylist()],
        occurred_at=[instant + timedelta(days=400) for instant in chosen["occurred_at"].to_pylist()],
    )
