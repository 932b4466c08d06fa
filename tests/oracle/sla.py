"""Promises between marketing and sales, row by row: which policy holds, when it is due, how it ended.

Reports of them stand in `sla_reports`; open time in `business_time`. Where the definitions are silent:
a missing calendar excludes only what it measures, so attempts (24-hour days) and handoffs (at once) are judged
without one; `outside_calendar` goes before any other reason; a clock that never started is excluded with elapsed 0
once the journey is recycled or disqualified, acceptance stays pending; a handoff's elapsed is null in every state;
a clock of no length has 0 business minutes by any calendar and by none;
a field filled and emptied at one instant was filled at none;
`attempts`, `missing_fields`, `completeness` and `filled_later` are null while not started.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from tests.oracle.business_time import Calendar
from tests.oracle.clock import Clock, minutes
from tests.oracle.journeys import Journey
from tests.oracle.lead_fields import Assignment, LeadFields
from tests.oracle.patterns import alternatives, plain
from tests.oracle.people import md5
from tests.oracle.policies import CalendarChoice, policy_of

COMMITMENTS = ("first_response", "acceptance", "attempts", "handoff")
ADVANCED = ("sal", "sql", "opportunity", "customer")
ANSWERS = (*ADVANCED, "closed_lost", "recycled", "disqualified")
EXCUSES = ("recycled", "disqualified")


@dataclass
class _Clocked:
    """A running promise: what its verdict is made of."""

    policy: dict
    journey: Journey
    assignment: Assignment | None
    calendar: Calendar | None
    attempts: list[dict]
    as_of: datetime
    start: datetime | None = None
    due: datetime | None = None

    def given_up(self) -> tuple[datetime, str] | None:
        """When and how the journey was first recycled or disqualified."""
        told = [(self.journey.at(stage), stage) for stage in EXCUSES if self.journey.at(stage)]
        return min(told, key=lambda pair: pair[0], default=None)

    def begin(self) -> None:
        assigned = self.assignment.at if self.assignment else None
        named = plain(self.policy["clock_start"]) or "mql_at"
        starts_assigned = self.policy["commitment"] == "handoff" or named == "assigned_at"
        self.start = assigned if starts_assigned else self.journey.at("mql")
        if self.start is None:
            return
        if self.policy["commitment"] == "handoff":
            self.due = self.start
        elif self.policy["commitment"] == "attempts":
            window = timedelta(microseconds=round(self.policy["window_days"] * 86_400_000_000))
            self.due = self.start + window
        elif self.calendar:
            self.due = self.calendar.due_at(self.start, self.policy["target_minutes"])

    def first_event(self, stages: tuple[str, ...]) -> list[datetime]:
        """The first event of these stages at or after the start, if any."""
        told = [e.at for e in self.journey.events if e.stage in stages and e.at >= self.start]
        return [min(told)] if told else []

    def since_start(self) -> list[dict]:
        return [attempt for attempt in self.attempts if attempt["occurred_at"] >= self.start]

    def end(self) -> datetime | None:
        """When the promise was kept, early or late, exclusions aside."""
        commitment, made = self.policy["commitment"], self.since_start()
        if commitment == "first_response":
            return made[0]["occurred_at"] if made else None
        if commitment == "acceptance":
            reached = any(e.stage in ADVANCED and e.at <= self.start for e in self.journey.events)
            ended = self.journey.ended_at is not None and self.journey.ended_at <= self.start
            if reached or ended:
                return self.start
            return next(iter(self.first_event(ANSWERS)), None)
        needed = self.policy["min_attempts"] or 1
        ends = [attempt["occurred_at"] for attempt in made[needed - 1 : needed]]
        ends += [attempt["occurred_at"] for attempt in made if attempt["is_contact"]][:1]
        ends += self.first_event(ADVANCED)
        return min((at for at in ends if at <= self.due), default=None)

    def spent(self, until: datetime) -> dict:
        if until == self.start:
            return NO_TIME
        business = self.calendar.business_minutes(self.start, until) if self.calendar else None
        return {"elapsed_minutes": minutes(self.start, until), "elapsed_business_minutes": business}

    def verdict(self) -> dict:
        """The columns that say how it stands."""
        self.begin()
        given_up = self.given_up()
        excused = self.policy["commitment"] != "acceptance" and given_up
        if self.start is None:
            if excused:
                return _stands("excluded", exclusion_reason=given_up[1]) | NO_TIME
            return _stands("pending")
        if self.due is None:
            return _stands("excluded", exclusion_reason="outside_calendar")
        end = self.end()
        if excused and given_up[0] < self.due and not (end and end <= given_up[0]):
            spent = self.spent(given_up[0]) if given_up[0] > self.start else NO_TIME
            return _stands("excluded", exclusion_reason=given_up[1]) | spent
        if end:
            is_late = end > self.due
            late = {"breached_at": self.due} if is_late else {}
            return _stands("breached" if is_late else "met", ended_at=end, **late) | self.spent(end)
        spent = self.spent(self.as_of)
        if self.as_of > self.due:
            return _stands("breached", breached_at=self.due) | spent
        return _stands("at_risk" if self._is_at_risk(spent) else "pending") | spent

    def _is_at_risk(self, spent: dict) -> bool:
        fraction = self.policy["at_risk_fraction"]
        if self.policy["commitment"] == "attempts":
            target, elapsed = self.policy["window_days"] * 1440, spent["elapsed_minutes"]
        else:
            target, elapsed = self.policy["target_minutes"], spent["elapsed_business_minutes"]
        return fraction is not None and elapsed is not None and elapsed >= float(fraction * target)


NO_TIME = {"elapsed_minutes": 0.0, "elapsed_business_minutes": 0.0}


def _stands(status: str, **more: object) -> dict:
    blank = ("ended_at", "elapsed_minutes", "elapsed_business_minutes", "breached_at", "exclusion_reason")
    return dict.fromkeys(blank) | {"status": status} | more


def _handoff(clocked: _Clocked, fields: LeadFields) -> dict:
    """Judged at the assignment: given up before it, complete, or breached at once."""
    clocked.begin()
    given_up, start = clocked.given_up(), clocked.start
    if start is None:
        blank = dict.fromkeys(("missing_fields", "completeness", "filled_later"))
        if given_up:
            return _stands("excluded", exclusion_reason=given_up[1]) | blank
        return _stands("pending") | blank
    lead, required = clocked.journey.lead, alternatives(clocked.policy["required_fields"])
    missing = [name for name in required if not fields.is_filled(name, fields.value(lead, name, start))]
    found = {
        "missing_fields": "|".join(missing) or None,
        "completeness": (len(required) - len(missing)) / len(required),
        "filled_later": any(fields.is_filled_after(lead, name, start) for name in missing),
    }
    if given_up and given_up[0] < start:
        return _stands("excluded", exclusion_reason=given_up[1]) | found
    if missing:
        return _stands("breached", breached_at=start) | found
    return _stands("met", ended_at=start) | found


class Sla:
    """Rows of fct_sla_event, and who was assigned which journey."""

    def __init__(
        self,
        journeys: list[Journey],
        facts: list[dict],
        activities: list[dict],
        fields: LeadFields,
        users: list[dict],
        seed: dict[str, list[dict]],
        default_calendar: str | None,
        clock: Clock,
    ):
        self._facts = {fact["journey_id"]: fact for fact in facts}
        self._choice = CalendarChoice(seed, users, default_calendar)
        self._teams = {user["user_id"]: user["team"] for user in users}
        self._assigned = {j.id: fields.assignment(j.lead, j.at("mql")) for j in journeys}
        self._attempts = defaultdict(list)
        for row in sorted(activities, key=lambda row: (row["occurred_at"], row["activity_id"])):
            if row["is_attempt"]:
                self._attempts[row["journey_id"]].append(row)
        self._fields, self._clock = fields, clock
        self.events = [
            self._event(journey, policy)
            for journey in journeys
            if journey.at("mql")
            for commitment in COMMITMENTS
            if (policy := policy_of(seed["sla_policies"], commitment, self._facts[journey.id], clock))
        ]

    def _event(self, journey: Journey, policy: dict) -> dict:
        assignment = self._assigned[journey.id]
        owner = assignment.owner if assignment else None
        calendar_id = self._choice.choose(policy, owner)
        clocked = _Clocked(
            policy,
            journey,
            assignment,
            self._choice.get(calendar_id),
            self._attempts[journey.id],
            self._clock.as_of,
        )
        commitment = policy["commitment"]
        if commitment == "handoff":
            verdict = _handoff(clocked, self._fields)
        else:
            verdict = clocked.verdict()
            verdict |= dict.fromkeys(("missing_fields", "completeness", "filled_later"))
        within = None
        if commitment == "attempts" and clocked.start:
            within = sum(attempt["occurred_at"] <= clocked.due for attempt in clocked.since_start())
        return {
            "sla_event_id": md5(f"{journey.id}:{commitment}"),
            "journey_id": journey.id,
            "sla_policy_id": policy["sla_policy_id"],
            "commitment": commitment,
            "owner_user_id": owner,
            "team": self._teams.get(owner),
            "started_at": clocked.start,
            "due_at": clocked.due,
            "attempts": within,
            "calendar_id": calendar_id,
            **verdict,
        }

    @cached_property
    def business_speed(self) -> dict[str, float | None]:
        """speed_to_lead_business_minutes by journey_id.

        By the first response's calendar; where there is none, by the assigned owner's chain; where that names none
        either, by that of the lead's owner now.
        """
        of_response = {
            row["journey_id"]: row["calendar_id"]
            for row in self.events
            if row["commitment"] == "first_response"
        }
        speeds = {}
        for journey_id, fact in self._facts.items():
            assignment = self._assigned[journey_id]
            chosen = of_response.get(journey_id)
            if chosen is None and assignment:
                chosen = self._choice.choose(None, assignment.owner)
            if chosen is None:
                chosen = self._choice.choose(None, fact["owner_user_id"])
            calendar, first = self._choice.get(chosen), fact["first_attempt_at"]
            start = fact["mql_at"] or fact["lead_at"]
            speeds[journey_id] = calendar.business_minutes(start, first) if calendar and first else None
        return speeds


def balance(
    events: list[dict], facts: list[dict], policies: list[dict], clock: Clock
) -> tuple[int, int, int]:
    """The identity: MQL journeys x commitments that a policy matches, rows, distinct pairs."""
    matched = sum(
        policy_of(policies, commitment, fact, clock) is not None
        for fact in facts
        if fact["mql_at"]
        for commitment in COMMITMENTS
    )
    return matched, len(events), len({(row["journey_id"], row["commitment"]) for row in events})
