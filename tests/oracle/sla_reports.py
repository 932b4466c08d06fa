"""Rows of sla_compliance, the views of one commitment, rpt_response_time and rpt_sla_breaches, made of fct_sla_event's.

How a promise ended is judged in `sla`. Where the definitions are silent: a slice of rpt_response_time has a business
row only where a response has business minutes; a clock at risk has negative minutes late, since
its due instant to come; ids break ties of rank.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from tests.oracle.clock import Clock, minutes
from tests.oracle.patterns import plain
from tests.oracle.sla import COMMITMENTS

STATUSES = ("met", "breached", "pending", "at_risk", "excluded")
BANDS = {"under_5": (0, 5), "from_5_to_15": (5, 15), "from_15_to_60": (15, 60), "over_60": (60, None)}


def by_commitment(events: list[dict], facts: list[dict]) -> dict[str, list[dict]]:
    """Rows of sla_first_response and its sisters: the fact's, with what its journey is about."""
    by_journey = {fact["journey_id"]: fact for fact in facts}
    beside = {
        "channel": "original_channel",
        "company_name": "company_name",
        "potential_value": "potential_value",
        "stage": "current_stage",
    }
    return {
        f"sla_{commitment}": [
            event | {name: by_journey[event["journey_id"]][column] for name, column in beside.items()}
            for event in events
            if event["commitment"] == commitment
        ]
        for commitment in COMMITMENTS
    }


def policies(seed: list[dict]) -> list[dict]:
    """Rows of dim_sla_policy: the terms as they are read, blanks that mean something filled in."""
    rows = []
    for row in seed:
        commitment = plain(row["commitment"])
        starts = "assigned_at" if commitment == "handoff" else plain(row["clock_start"]) or "mql_at"
        numbers = ("target_minutes", "window_days", "at_risk_fraction")
        rows.append(
            row
            | {name: None if row[name] is None else float(row[name]) for name in numbers}
            | {
                "commitment": commitment,
                "owed_by": "marketing" if commitment == "handoff" else "sales",
                "clock_start": starts,
                "min_attempts": row["min_attempts"] or 1,
                **{name: _listed(row[name]) for name in ("country", "industry")},
                "required_fields": plain(_listed(row["required_fields"])),
            }
        )
    return rows


def _listed(text: str | None) -> str | None:
    return text and "|".join(part.strip() for part in text.split("|"))


def compliance(events: list[dict], facts: list[dict], clock: Clock) -> list[dict]:
    mqls = {fact["journey_id"]: fact["mql_at"] for fact in facts}
    commitments = {row["sla_policy_id"]: row["commitment"] for row in events}
    slices = defaultdict(lambda: dict.fromkeys(STATUSES, 0))
    for row in events:
        month = clock.month(row["started_at"] or mqls[row["journey_id"]])
        slices[month, row["team"], row["owner_user_id"], row["sla_policy_id"]][row["status"]] += 1
    columns = ("month", "team", "owner_user_id", "sla_policy_id")
    return [
        dict(zip(columns, key, strict=True))
        | counts
        | {"commitment": commitments[key[-1]], "attainment": _attainment(counts)}
        for key, counts in slices.items()
    ]


def _attainment(counts: dict[str, int]) -> float | None:
    judged = counts["met"] + counts["breached"]
    return counts["met"] / judged if judged else None


def interpolated(values: list[float], share: float) -> float:
    """The value at a share of the way through sorted values, linearly between its neighbours."""
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def response_times(events: list[dict], clock: Clock) -> list[dict]:
    slices = defaultdict(list)
    for row in events:
        if row["commitment"] == "first_response" and row["ended_at"]:
            month = clock.month(row["started_at"])
            for measure, column in (("clock", "elapsed_minutes"), ("business", "elapsed_business_minutes")):
                if row[column] is not None:
                    slices[month, row["team"], measure].append(row[column])
    rows = []
    for (month, team, measure), values in slices.items():
        values.sort()
        row = {"month": month, "team": team, "measure": measure, "responses": len(values)}
        row |= {f"p{share}": interpolated(values, share / 100) for share in (50, 90, 95)}
        row |= {
            name: sum(low <= value and (high is None or value < high) for value in values)
            for name, (low, high) in BANDS.items()
        }
        rows.append(row)
    return rows


def breaches(events: list[dict], facts: list[dict], as_of: datetime) -> list[dict]:
    by_journey = {fact["journey_id"]: fact for fact in facts}
    rows = []
    for event in events:
        if event["status"] not in ("breached", "at_risk"):
            continue
        fact = by_journey[event["journey_id"]]
        kept = ("sla_event_id", "journey_id", "commitment", "status", "owner_user_id", "team")
        rows.append(
            {name: event[name] for name in kept}
            | {
                "owed_by": "marketing" if event["commitment"] == "handoff" else "sales",
                "minutes_late": minutes(event["due_at"], event["ended_at"] or as_of),
                "late_since": event["due_at"],
                "stage": fact["current_stage"],
                "channel": fact["original_channel"],
                "company_name": fact["company_name"],
                "potential_value": fact["potential_value"],
            }
        )
    rows.sort(key=_urgency)
    return [row | {"rank": place} for place, row in enumerate(rows, 1)]


def _urgency(row: dict) -> tuple:
    value = row["potential_value"]
    return value is None, -(value or 0), -row["minutes_late"], row["sla_event_id"]
