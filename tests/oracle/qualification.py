"""Points of the agreement's qualification rules: fit, intent, and when a person first had enough of them.

What a qualification does to a journey does not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.oracle.clock import Clock, in_force
from tests.oracle.patterns import condition_holds, plain
from tests.oracle.people import Person
from tests.oracle.stages import RULE, Event


@dataclass(frozen=True)
class Scores:
    """What a person scored at an instant under one version of the agreement."""

    version: str
    fit: float
    intent: float
    enough: bool


class Qualification:
    """The seeds qualification_rules and qualification_thresholds, asked about one person and instant at a time."""

    def __init__(
        self,
        rules: list[dict],
        thresholds: list[dict],
        replay_version: str | None,
        lead_values: dict[str, Decimal | None],
        clock: Clock,
    ):
        self._rules, self._thresholds = rules, thresholds
        self._replay = plain(replay_version)
        self._values = lead_values
        self._clock = clock

    def _holds(self, row: dict, day: date) -> bool:
        return plain(row["rule_version"]) == self._replay if self._replay else in_force(row, day)

    def scores(self, person: Person, stage: str, at: datetime) -> Scores | None:
        """Scores at an instant under the version in force there, None where none is."""
        day = self._clock.day(at)
        terms = next((t for t in self._thresholds if t["stage"] == stage and self._holds(t, day)), None)
        if terms is None:
            return None
        rules = [
            rule
            for rule in self._rules
            if rule["stage"] == stage
            and plain(rule["rule_version"]) == plain(terms["rule_version"])
            and self._holds(rule, day)
        ]
        fit, intent = self._fit(person, rules, at), _intent(person, rules, at, terms["intent_half_life_days"])
        minima = {"min_fit": fit, "min_intent": intent, "min_total": fit + intent}
        enough = all(
            terms[name] is None or round(score, 6) >= float(terms[name]) for name, score in minima.items()
        )
        return Scores(terms["rule_version"], fit, intent, enough)

    def _fit(self, person: Person, rules: list[dict], at: datetime) -> float:
        known = [record for record in person.leads + person.contacts if record.created_at <= at]
        total = Decimal(0)
        for rule in rules:
            column = rule["dimension"]
            if column == "touch_type":
                continue
            values = (
                self._values.get(record.node) if column == "potential_value" else record.row.get(column)
                for record in known
            )
            value = next((each for each in values if each is not None), None)
            if condition_holds(rule["operator"], rule["value"], value):
                total += rule["points"]
        return float(total)

    def event(self, person: Person, stage: str) -> Event | None:
        """The one rule event of a person and stage, at the first moment with all minima met."""
        created = [record.created_at for record in person.records if record.created_at]
        if not created:
            return None
        touched = [touch["occurred_at"] for touch in person.touches if touch["occurred_at"] >= min(created)]
        for at in sorted({*created, *touched}):
            scores = self.scores(person, stage, at)
            if scores and scores.enough:
                return Event(stage, at, RULE, person.id, version=scores.version)
        return None


def _intent(person: Person, rules: list[dict], at: datetime, half_life: Decimal | None) -> float:
    rules = [rule for rule in rules if rule["dimension"] == "touch_type"]
    total = 0.0
    for touch in person.touches:
        if touch["occurred_at"] <= at:
            matched = (r for r in rules if condition_holds(r["operator"], r["value"], touch["touch_type"]))
            points = float(sum(rule["points"] for rule in matched))
            age = (at - touch["occurred_at"]) / timedelta(days=1)
            total += points * 2 ** (-age / float(half_life)) if half_life else points
    return total
