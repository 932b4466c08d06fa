"""Where a journey ends in a person's timeline, by the macro that the rounds of cutting call.

How events line up is tested by the timeline's dbt unit tests, whole journeys by the oracle.
"""

from __future__ import annotations

import duckdb
import pytest

from tests.model_sql import called

ENDS = called("journeys_ended", "beginnings", "timeline")
COLUMNS = "person_id varchar, position int, may_end boolean, deal_created_position int, repeated_position int"


def end_of(start: int, *timeline: tuple) -> int | None:
    """Where a journey that begins at a position ends; events are (position, may_end, created, repeated)."""
    with duckdb.connect() as connection:
        connection.execute(f"create table timeline ({COLUMNS}, cut_at timestamp)")
        rows = [("ann", *event) for event in timeline]
        connection.executemany("insert into timeline values (?, ?, ?, ?, ?, '2026-01-01')", rows)
        connection.execute(
            f"create table beginnings as select 'ann' as person_id, 2 as cycle_number, {start} as start_position"
        )
        ((*_, end_position, _),) = connection.execute(ENDS).fetchall()
        return end_position


def test_the_first_event_that_may_end_does():
    assert (
        end_of(2, (1, True, None, None), (3, False, None, None), (4, True, None, None), (5, True, None, None))
        == 4
    )
    assert end_of(2, (1, True, None, None), (3, False, None, None)) is None


@pytest.mark.parametrize(("start", "ends"), [(1, 5), (2, 5), (3, 6)])
def test_a_closing_ends_the_journey_of_its_deal(start: int, ends: int):
    assert end_of(start, (5, True, 2, None), (6, True, None, None)) == ends


@pytest.mark.parametrize(("start", "ends"), [(1, 6), (2, 6), (3, 5)])
def test_a_repeated_loss_ends_only_what_began_after_the_loss(start: int, ends: int):
    assert end_of(start, (5, True, None, 2), (6, True, None, None)) == ends
