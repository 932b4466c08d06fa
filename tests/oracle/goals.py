"""What marketing committed to and where it stands: rows of rpt_goal_attainment and sla_marketing_commitment.

Sales' commitments do not belong here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from tests.oracle.bridge import NOTHING
from tests.oracle.clock import Clock, in_force
from tests.oracle.deals import Deal
from tests.oracle.patterns import plain
from tests.oracle.performance import COUNTED
from tests.oracle.retention import Customer, month_end, retention_rate

ALL = "all"
RATES = ("retention_rate", "first_response_attainment")
Number = int | Decimal | Fraction


def working_day(calendar_id: str | None, hours: list[dict], exceptions: list[dict]) -> Callable[[date], bool]:
    """Whether an interval of the calendar opens on a date; Monday to Friday without a calendar."""
    if calendar_id is None:
        return lambda day: day.isoweekday() <= 5
    weekly = [row for row in hours if plain(row["calendar_id"]) == plain(calendar_id)]
    special = defaultdict(list)
    for row in exceptions:
        if plain(row["calendar_id"]) == plain(calendar_id):
            special[row["date"]].append(row["open"] is not None)

    def works(day: date) -> bool:
        if day in special:
            return any(special[day])
        return any(int(row["weekday"]) == day.isoweekday() and in_force(row, day) for row in weekly)

    return works


class Actuals:
    """What was reached, by metric, month and channel; `all` is over all channels."""

    def __init__(self, clock: Clock):
        self._clock = clock
        self._sums: dict[tuple, Fraction] = defaultdict(Fraction)
        self._responses: dict[tuple, list[str]] = defaultdict(list)
        self._customers: list[Customer] = []

    def add_journeys(self, facts: list[dict]) -> None:
        for fact in facts:
            for metric, column in COUNTED.items():
                if fact[column]:
                    self._add(metric, fact[column], fact["original_channel"], 1)
            if fact["mql_at"]:
                value = fact["potential_value"] or NOTHING
                self._add("mql_value", fact["mql_at"], fact["original_channel"], value)

    def add_deals(self, deals: list[Deal], bridged: list[dict], facts: list[dict]) -> None:
        """Won new business: of bridge rows by channel, of unlinked deals over all channels alone."""
        channel = {fact["journey_id"]: fact["original_channel"] for fact in facts}
        won = {deal.id: deal for deal in deals if deal.is_won}
        for row in bridged:
            deal = won.get(row["opportunity_id"])
            if deal and not row["is_repeat"]:
                amount = row["amount_reporting"] or NOTHING
                self._add("won_amount", deal.closed_at, channel[row["journey_id"]], amount)
        for deal in won.values():
            if not deal.people and not deal.renews:
                self._add("won_amount", deal.closed_at, None, deal.amount or NOTHING)

    def add_first_responses(self, events: list[dict], facts: list[dict]) -> None:
        """Rows of fct_sla_event, by month of the start, of the MQL where not started."""
        of_journey = {fact["journey_id"]: fact for fact in facts}
        for event in events:
            if event["commitment"] == "first_response" and event["status"] in ("met", "breached"):
                fact = of_journey[event["journey_id"]]
                month = self._clock.month(event["started_at"] or fact["mql_at"])
                for channel in (fact["original_channel"], ALL):
                    self._responses[month, channel].append(event["status"])

    def add_customers(self, known: list[Customer]) -> None:
        self._customers += known

    def _add(self, metric: str, at: object, channel: str | None, number: Number) -> None:
        for name in {channel, ALL} - {None}:
            self._sums[metric, self._clock.month(at), name] += Fraction(number)

    def actual(self, metric: str, month: date, channel: str) -> Fraction | None:
        """Of a count or amount 0 where there was nothing; of a rate None."""
        if metric == "retention_rate":
            if month >= self._clock.month(self._clock.as_of):
                return None
            mine = [each for each in self._customers if channel in (ALL, each.channel)]
            return retention_rate(mine, month)
        if metric == "first_response_attainment":
            told = self._responses[month, channel]
            return Fraction(told.count("met"), len(told)) if told else None
        return self._sums[metric, month, channel]


def goal_attainment(
    targets: list[dict], actuals: Actuals, works: Callable[[date], bool], clock: Clock
) -> list[dict]:
    """Rows of rpt_goal_attainment. A rate nobody can have yet has no status, in a month that is over too."""
    today = clock.day(clock.as_of)
    rows = []
    for row in targets:
        month, metric, channel = row["month"], plain(row["metric"]), plain(row["channel"])
        target, actual = Fraction(row["target"]), actuals.actual(metric, month, channel)
        length = (month_end(month) - month).days + 1
        days = [month + timedelta(days=place) for place in range(length)]
        by_working, by_calendar = (
            _ratio(Fraction(sum(day < today for day in some)), Fraction(len(some)))
            for some in ([day for day in days if works(day)], days)
        )
        is_rate = metric in RATES
        expected = target if is_rate else _times(target, by_working)
        expected_calendar = target if is_rate else _times(target, by_calendar)
        pace = _ratio(actual, expected)
        numbers = {
            "target": target,
            "actual": actual,
            "attainment": _ratio(actual, target),
            "expected_working_days": expected,
            "expected_calendar_days": expected_calendar,
            "pace": pace,
            "pace_calendar_days": _ratio(actual, expected_calendar),
            "forecast": actual if is_rate else _ratio(actual, by_working),
        }
        rows.append(
            {"month": month, "metric": metric, "channel": channel}
            | {name: None if number is None else float(number) for name, number in numbers.items()}
            | {"status": _status(actual, target, pace, days[-1] < today, is_rate)}
        )
    return rows


def _ratio(part: Fraction | None, whole: Fraction | None) -> Fraction | None:
    return None if part is None or not whole else part / whole


def _times(target: Fraction, share: Fraction | None) -> Fraction | None:
    return None if share is None else target * share


def _status(
    actual: Fraction | None, target: Fraction, pace: Fraction | None, is_over: bool, is_rate: bool
) -> str | None:
    if actual is not None and is_over:
        return "achieved" if actual >= target else "missed"
    if actual is not None and not is_rate and actual >= target:
        return "achieved"
    if pace is None:
        return None
    return "on_track" if pace >= 1 else "at_risk" if pace >= Fraction(4, 5) else "behind"
