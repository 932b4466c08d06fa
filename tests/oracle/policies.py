"""Which policy judges a commitment of a journey, and which calendar a clock asks.

How a promise ends is judged in `sla`.
"""

from __future__ import annotations

from tests.oracle.business_time import Calendar, calendars
from tests.oracle.clock import Clock, in_force
from tests.oracle.patterns import alternatives, plain


def policy_of(policies: list[dict], commitment: str, fact: dict, clock: Clock) -> dict | None:
    """The matching policy in force on the local day of the MQL with the lowest priority, then the smallest id."""
    day = clock.day(fact["mql_at"])
    matching = [
        row
        for row in policies
        if row["commitment"] == commitment and in_force(row, day) and _matches(row, fact)
    ]
    return min(matching, key=lambda row: (row["priority"], row["sla_policy_id"]), default=None)


def _matches(policy: dict, fact: dict) -> bool:
    for column in ("country", "industry"):
        wanted = plain(policy[column])
        if wanted and plain(fact[column]) not in alternatives(wanted):
            return False
    for bound, column, sign in (
        ("min_employee_count", "employee_count", 1),
        ("max_employee_count", "employee_count", -1),
        ("min_potential_value", "potential_value", 1),
    ):
        if policy[bound] is not None and (fact[column] is None or (fact[column] - policy[bound]) * sign < 0):
            return False
    return True


class CalendarChoice:
    """Which calendar a clock asks; `get` gives None for no or an unknown one."""

    def __init__(self, seed: dict[str, list[dict]], users: list[dict], default: str | None):
        self._known = calendars(
            seed["business_calendars"], seed["business_hours"], seed["calendar_exceptions"]
        )
        ids = [row["calendar_id"] for row in seed["business_calendars"]]
        self._spelt = {plain(name): name for name in ids}
        self._last = default or (ids[0] if len(ids) == 1 else None)
        self._of_users = {user["user_id"]: user["calendar_id"] for user in users}

    def choose(self, policy: dict | None, owner: str | None) -> str | None:
        """The policy's, else the owner's, else the default, else the only one; spelt as its seed spells it."""
        mine = policy["calendar_id"] if policy else None
        chosen = mine or self._of_users.get(owner) or self._last
        return self._spelt.get(plain(chosen), chosen)

    def get(self, calendar_id: str | None) -> Calendar | None:
        return self._known.get(plain(calendar_id))
