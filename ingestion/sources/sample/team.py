"""The sales people of the sample company: regional teams, managers, and how fast each one reacts.

Who they are and their `crm_user` rows belong here; what they do with leads does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ingestion.sources.sample import names
from ingestion.sources.sample.clock import Clock
from ingestion.sources.sample.company import CALENDARS, REGIONS
from ingestion.sources.sample.draws import Random
from ingestion.sources.sample.render import Rows, flags, ids, text

REGION_SHARES = (0.43, 0.35, 0.22)
CULTURES = ("english", "european", "chinese")
LEADS_PER_REP = 1_000
MOST_REPS = 300
"""Of a kind and region; a company of ten million leads would have more, but nobody learns from more."""


@dataclass(frozen=True)
class Team:
    """The users by position. `inbound` and `closers` hold, per region, who gets leads and who gets deals; `pace`
    multiplies how long a user lets leads wait."""

    region: np.ndarray
    role: np.ndarray
    pace: np.ndarray
    inbound: tuple[np.ndarray, ...]
    closers: tuple[np.ndarray, ...]

    def assign(self, rng: Random, groups: tuple[np.ndarray, ...], region: np.ndarray) -> np.ndarray:
        """A user of `groups` for each region, all equally likely."""
        sizes = np.array([len(group) for group in groups])
        chosen = (rng.random(len(region)) * sizes[region]).astype(np.int64)
        starts = np.cumsum(sizes) - sizes
        return np.concatenate(groups)[starts[region] + chosen]


ROLES = ("Regional Manager", "Sales Development Representative", "Account Executive")
MANAGER, DEVELOPER, EXECUTIVE = range(3)


def hire(rng: Random, leads: int) -> Team:
    """The teams a company of that many leads needs: a manager, developers and executives in each region."""
    region, role = [], []
    for position, share in enumerate(REGION_SHARES):
        reps = min(MOST_REPS, max(2, round(leads * share / LEADS_PER_REP)))
        region += [position] * (1 + 2 * reps)
        role += [MANAGER] + [DEVELOPER] * reps + [EXECUTIVE] * reps
    regions, roles = np.array(region), np.array(role)
    members = [
        tuple(np.flatnonzero((regions == region) & (roles == role)) for region in range(len(REGIONS)))
        for role in (DEVELOPER, EXECUTIVE)
    ]
    return Team(regions, roles, rng.lognormal(0, 0.45, len(regions)), *members)


def user_ids(position: np.ndarray, present: np.ndarray | None = None) -> pa.Array:
    """Ids of users by position; null where not `present`."""
    return ids("U", 1_001 + position, present)


def user_rows(rng: Random, clock: Clock, team: Team) -> Rows:
    """`crm_user`: one row per user, known from the first day."""
    count = len(team.region)
    given = np.empty(count, dtype=object)
    mail = np.empty(count, dtype=object)
    for position in range(count):
        culture = CULTURES[team.region[position]]
        first = names.GIVEN_NAMES[culture][rng.integers(len(names.GIVEN_NAMES[culture]))]
        last = names.FAMILY_NAMES[culture][rng.integers(len(names.FAMILY_NAMES[culture]))]
        given[position] = last[0] + first[0] if culture in names.FAMILY_FIRST else f"{first[0]} {last[0]}"
        mail[position] = f"{first[1]}.{last[1]}{position + 1}@closedloop.example"
    managers = np.array(
        [np.flatnonzero((team.region == region) & (team.role == MANAGER))[0] for region in team.region]
    )
    teams = [f"{kind} {region}" for region in REGIONS for kind in ("Sales", "Inbound", "Closing")]
    return Rows(
        "crm_user",
        {
            "user_id": user_ids(np.arange(count)),
            "full_name": pa.array(given, pa.string()),
            "email": pa.array(mail, pa.string()),
            "team": text(teams, team.region * 3 + team.role),
            "role": text(ROLES, team.role),
            "calendar_id": text(CALENDARS, team.region),
            "is_active": flags((team.role == MANAGER) | (rng.random(count) > 0.06)),
            "manager_user_id": user_ids(managers, team.role != MANAGER),
        },
        np.full(count, clock.start),
    )
