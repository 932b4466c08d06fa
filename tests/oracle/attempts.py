"""How many contact attempts are worth making: rows of rpt_contact_attempt_yield.

Which activities are attempts, and their numbers, are decided elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from math import sqrt

from tests.oracle.clock import Clock, in_force
from tests.oracle.patterns import plain

Z = 1.959963984540054
ALL = "all"


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95% score interval of a share; trials are at least 1."""
    share, spread = successes / trials, Z * Z / trials
    middle = share + spread / 2
    half = sqrt(spread * share * (1 - share) + spread * spread / 4)
    return (middle - half) / (1 + spread), (middle + half) / (1 + spread)


def attempt_yield(
    facts: list[dict],
    activities: list[dict],
    costs: list[dict],
    policies: list[dict],
    min_sample: int,
    clock: Clock,
) -> list[dict]:
    """Rows of rpt_contact_attempt_yield: attempts somebody made without contact before, by channel and over all.

    The mean cost of the k-th attempts is of those that count as reached.
    """
    price = {plain(row["activity_type"]): row["cost"] for row in costs}
    numbered = defaultdict(list)
    for activity in sorted(activities, key=lambda row: row["attempt_number"] or 0):
        if activity["attempt_number"]:
            numbered[activity["journey_id"]].append(activity)
    slices = defaultdict(list)
    for fact in facts:
        if fact["mql_at"]:
            slices[fact["original_channel"]].append(fact)
            slices[ALL].append(fact)
    today = clock.day(clock.as_of)
    demanded = [
        row["min_attempts"] or 1
        for row in policies
        if plain(row["commitment"]) == "attempts" and in_force(row, today)
    ]
    policy = {
        "smallest_policy_attempts": min(demanded, default=None),
        "largest_policy_attempts": max(demanded, default=None),
    }
    rows = []
    for channel, mine in slices.items():
        steps = _steps([numbered[fact["journey_id"]] for fact in mine], price)
        value = _value_of_contact(mine)
        advice = _advice(steps, value, min_sample)
        for number, (reached, contacted, cost) in enumerate(steps, 1):
            low, high = wilson(contacted, reached)
            worth = None if value is None else float(Fraction(contacted, reached) * value)
            rows.append(
                {
                    "channel": channel,
                    "attempt_number": number,
                    "reached": reached,
                    "contacted": contacted,
                    "hazard": contacted / reached,
                    "hazard_low": low,
                    "hazard_high": high,
                    "value_of_contact": None if value is None else float(value),
                    "marginal_value": worth,
                    "marginal_cost": None if cost is None else float(cost),
                    **advice,
                    **policy,
                }
            )
    return rows


def _steps(journeys: list[list[dict]], price: dict[str, Decimal]) -> list[tuple[int, int, Fraction | None]]:
    """Reached, contacted and mean cost of each attempt from the first on."""
    tried = [[] for _ in range(max((len(attempts) for attempts in journeys), default=0))]
    for attempts in journeys:
        for place, attempt in enumerate(attempts):
            tried[place].append(attempt)
            if attempt["is_contact"]:
                break
    steps = []
    for mine in tried:
        if mine:
            total = sum(Fraction(price[plain(each["activity_type"])]) for each in mine) if price else None
            contacts = sum(each["is_contact"] for each in mine)
            steps.append((len(mine), contacts, None if total is None else total / len(mine)))
    return steps


def _value_of_contact(facts: list[dict]) -> Fraction | None:
    won = [fact["won_amount"] for fact in facts if fact["ended_at"] and fact["first_contact_at"]]
    return Fraction(sum(won)) / len(won) if won else None


def _advice(steps: list[tuple[int, int, Fraction | None]], value: Fraction | None, min_sample: int) -> dict:
    if not steps or steps[0][0] < min_sample or value is None or steps[0][2] is None:
        return {"recommended_attempts": None, "insufficient_data": True, "stopped_by": None}
    recommended, stopped_by = 0, "end"
    for reached, contacted, cost in steps:
        if reached < min_sample:
            stopped_by = "sample"
            break
        if Fraction(contacted, reached) * value < cost:
            stopped_by = "cost"
            break
        recommended += 1
    return {"recommended_attempts": recommended, "insufficient_data": False, "stopped_by": stopped_by}
