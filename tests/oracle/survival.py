"""Kaplan-Meier conversion of journeys from one funnel stage on, for the columns of rpt_funnel.

The naive rate beside it stands in `reports`.
"""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from tests.oracle.clock import days
from tests.oracle.stages import FUNNEL

HORIZONS = (30, 60, 90, 180)


def conversion_by(horizon: float, observed: list[tuple[float, bool]]) -> float | None:
    """Share converted within a horizon of (days, whether converted, else censored then); None of nothing.

    At a tie those censored are still at risk; past the last observation the last value stays.
    """
    if not observed:
        return None
    surviving = Fraction(1)
    for time in sorted({time for time, converted in observed if converted and time <= horizon}):
        at_risk = sum(until >= time for until, _ in observed)
        surviving *= 1 - Fraction(sum(each == (time, True) for each in observed), at_risk)
    return float(1 - surviving)


def observations(volume: list[dict], kind: str, stage: str, as_of: datetime) -> list[tuple[float, bool]]:
    """Days from the stage's own timestamp to conversion or censoring; runs backwards where timestamps do.

    Whoever converted counts as converted, after the journey's end too; only the others are censored.
    """
    later = FUNNEL[FUNNEL.index(stage) + 1 :]
    later = later[:1] if kind == "in_order" else later
    observed = []
    for fact in volume:
        start = fact[f"{stage}_at"]
        if start is None:
            continue
        converted = min((fact[f"{name}_at"] for name in later if fact[f"{name}_at"]), default=None)
        observed.append((days(start, converted or fact["ended_at"] or as_of), converted is not None))
    return observed


def columns(volume: list[dict], kind: str, stage: str, as_of: datetime) -> dict[str, float | None]:
    """The km_conversion columns of one row of rpt_funnel, null at the last stage."""
    observed = observations(volume, kind, stage, as_of) if stage != FUNNEL[-1] else []
    return {f"km_conversion_{horizon}d": conversion_by(horizon, observed) for horizon in HORIZONS}
