"""The sample company of 20,000 leads, by its own agreement, shows every status that a commitment can have.

Whether a status is the right one is judged by the models' unit tests; here only that there is one of each to see.
"""

from __future__ import annotations

from pathlib import Path

from tests.deployments import night, published, sample

POSSIBLE = {
    "first_response": ["at_risk", "breached", "excluded", "met", "pending"],
    # Giving a lead back fulfils it, so nothing excuses but a missing calendar, which stops publication.
    "acceptance": ["at_risk", "breached", "met", "pending"],
    "attempts": ["at_risk", "breached", "excluded", "met", "pending"],
    # Judged the moment it happens: it waits for an owner, but is never at risk.
    "handoff": ["breached", "excluded", "met", "pending"],
}


def test_every_status_occurs_in_the_sample(tmp_path: Path) -> None:
    home = sample(tmp_path, leads=20_000)
    outcome = night(home)
    assert not outcome.failures
    statuses = "select commitment, list(distinct status order by status) from marts.fct_sla_event group by 1"
    assert dict(published(home, statuses)) == POSSIBLE
    # Enough to see who owes what: clocks that run late are what people look at every morning.
    at_risk = "select commitment, count(*) from marts.fct_sla_event where status = 'at_risk' group by 1"
    assert min(count for _, count in published(home, at_risk)) >= 4
