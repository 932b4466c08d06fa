"""Open time on examples worked out by hand, and what must hold of any calendar and clock.

Comparisons with the warehouse stand elsewhere.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle.business_time import Calendar, calendars, instant_of
from tests.oracle.calendar_worlds import PLACES, calendar_seeds, clocks

NEW_YORK = "America/New_York"


def calendar(*hours: tuple[str, str, str], zone: str = "UTC", exceptions: tuple = (), **validity) -> Calendar:
    """A calendar of (weekdays, open, close) and of exceptions (date, open, close)."""
    blank = {"calendar_id": "c", "valid_from": None, "valid_until": None}
    rows = [
        blank | validity | {"weekday": day, "open": opens, "close": closes}
        for days, opens, closes in hours
        for day in days
    ]
    special = [{"calendar_id": "C ", "date": day, "open": o, "close": c} for day, o, c in exceptions]
    return calendars([{"calendar_id": "c", "timezone": zone}], rows, special)["c"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "shown", "instant"),
    [
        (NEW_YORK, "2024-07-01 09:00", "2024-07-01 13:00"),
        (NEW_YORK, "2024-03-10 02:30", "2024-03-10 07:00"),  # skipped: the jump
        (NEW_YORK, "2024-11-03 01:30", "2024-11-03 05:30"),  # repeated: the first pass
        (NEW_YORK, "2024-11-03 02:00", "2024-11-03 07:00"),
        ("Asia/Jerusalem", "2024-03-29 02:15", "2024-03-29 00:00"),
        ("Australia/Lord_Howe", "2024-04-07 01:45", "2024-04-06 14:45"),  # half an hour is repeated
        ("Australia/Lord_Howe", "2024-10-06 02:10", "2024-10-05 15:30"),  # half an hour is skipped
        ("America/Sao_Paulo", "2018-11-04 00:00", "2018-11-04 03:00"),  # no midnight
        ("America/Sao_Paulo", "2018-02-17 23:30", "2018-02-18 01:30"),
        ("Pacific/Apia", "2011-12-30 15:00", "2011-12-30 10:00"),  # no such day
    ],
)
def test_wall_time_is_the_first_instant_that_shows_it_or_later(zone: str, shown: str, instant: str):
    assert instant_of(at(shown), ZoneInfo(zone)) == at(instant)


OFFICE = calendar(("12345", "09:00", "18:00"))


@pytest.mark.parametrize(
    ("start", "target", "due"),
    [
        ("2024-06-03 10:00", 60, "2024-06-03 11:00"),
        ("2024-06-07 16:00", 120, "2024-06-07 18:00"),  # closing, not Monday's opening
        ("2024-06-07 16:00", 121, "2024-06-10 09:01"),
        ("2024-06-08 12:00", 540, "2024-06-10 18:00"),
        ("2024-06-03 18:00", 1, "2024-06-04 09:01"),
    ],
)
def test_due_at_is_when_open_time_reaches_the_target(start: str, target: int, due: str):
    assert OFFICE.due_at(at(start), target) == at(due)


def test_business_minutes_run_in_open_time_and_backwards():
    friday, monday = at("2024-06-07 17:00"), at("2024-06-10 09:30")
    assert OFFICE.business_minutes(friday, monday) == 90
    assert OFFICE.business_minutes(monday, friday) == -90
    assert OFFICE.business_minutes(at("2024-06-08 10:00"), at("2024-06-09 10:00")) == 0


def test_overlapping_intervals_count_once():
    shared = calendar(("1", "09:00", "13:00"), ("1", "12:00", "15:00"), ("1", "10:00", "11:00"))
    assert shared.business_minutes(at("2024-06-03 00:00"), at("2024-06-03 20:00")) == 360
    assert shared.due_at(at("2024-06-03 12:30"), 60) == at("2024-06-03 13:30")


def test_a_shift_over_midnight_belongs_to_the_date_it_opens_on():
    night = calendar(("5", "22:00", "06:00"), exceptions=[(date(2024, 6, 8), None, None)])
    assert night.business_minutes(at("2024-06-07 23:00"), at("2024-06-08 12:00")) == 420
    assert night.due_at(at("2024-06-08 01:00"), 300) == at("2024-06-08 06:00")
    assert night.due_at(at("2024-06-08 01:00"), 301) == at("2024-06-14 22:01")


def test_a_night_shift_meets_the_early_one_of_the_next_date_once():
    both = calendar(("1", "20:00", "04:00"), ("2", "03:00", "08:00"))
    assert both.business_minutes(at("2024-06-03 20:00"), at("2024-06-04 12:00")) == 720
    assert both.due_at(at("2024-06-03 20:00"), 600) == at("2024-06-04 06:00")


def test_a_day_ends_at_24():
    late = calendar(("1", "13:00", "24:00"))
    assert late.business_minutes(at("2024-06-03 12:00"), at("2024-06-04 12:00")) == 660
    assert late.due_at(at("2024-06-03 23:00"), 60) == at("2024-06-04 00:00")


def test_exceptions_replace_what_opens_on_their_date():
    days = [(date(2024, 6, 4), None, None), (date(2024, 6, 8), "10:00", "11:00")]
    special = calendar(("12345", "09:00", "18:00"), exceptions=days)
    assert special.business_minutes(at("2024-06-03 17:00"), at("2024-06-05 10:00")) == 120
    assert special.due_at(at("2024-06-07 17:30"), 60) == at("2024-06-08 10:30")


def test_a_repeated_hour_is_open_twice_and_a_skipped_one_never():
    whole = calendar(("1234567", "00:00", "24:00"), zone=NEW_YORK)
    for day, hours in (("2024-11-03", 25), ("2024-03-10", 23), ("2024-07-01", 24)):
        start = instant_of(at(day), ZoneInfo(NEW_YORK))
        end = instant_of(at(day) + timedelta(days=1), ZoneInfo(NEW_YORK))
        assert whole.business_minutes(start, end) == hours * 60
    early = calendar(("7", "02:15", "02:45"), zone=NEW_YORK)
    assert early.business_minutes(at("2024-03-10 00:00"), at("2024-03-10 20:00")) == 0


def test_a_skipped_day_has_no_open_time():
    apia = calendar(("45", "09:00", "17:00"), zone="Pacific/Apia")
    # Thursday 29 is followed by Saturday 31; Friday 30 never was.
    assert apia.business_minutes(at("2011-12-29 12:00"), at("2012-01-01 12:00")) == 480


def test_uncovered_dates_end_the_search():
    june = calendar(("12345", "09:00", "18:00"), valid_from=date(2024, 6, 3), valid_until=date(2024, 6, 7))
    assert june.due_at(at("2024-06-07 17:00"), 60) == at("2024-06-07 18:00")
    assert june.due_at(at("2024-06-07 17:00"), 61) is None
    assert june.due_at(at("2024-06-02 17:00"), 1) is None
    assert june.business_minutes(at("2024-06-07 17:00"), at("2024-06-08 00:00")) is None
    assert june.business_minutes(at("2024-06-03 00:00"), at("2024-06-07 23:59")) == 5 * 540
    more = calendar(("1", "09:00", "18:00"), exceptions=[(date(2024, 6, 8), None, None)])
    assert more.covers(date(2024, 6, 9)), "a weekday without hours is closed, not uncovered"


def test_search_ends_after_ten_years():
    thin = calendar(("4", "00:00", "00:01"))
    assert thin.due_at(at("2024-06-03 00:00"), 10) is not None
    assert thin.due_at(at("2024-06-03 00:00"), 600) is None


@given(seed=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_due_instants_and_minutes_tell_one_story(seed: int):
    random = Random(seed)
    zone, near = random.choice(PLACES)
    seeds = calendar_seeds(random, "c", zone, near)
    walked = calendars(*seeds.values())["c"]
    for row in clocks(random, near, 5):
        start, end = row["started_at"], row["ended_at"]
        due = walked.due_at(start, row["target_minutes"])
        spent = walked.business_minutes(start, end)
        if due is not None and walked.covers(walked.date_of(due)):
            assert walked.business_minutes(start, due) == pytest.approx(float(row["target_minutes"]))
            before = walked.business_minutes(start, due - timedelta(microseconds=1000))
            assert before < float(row["target_minutes"])
        if spent is not None:
            assert abs(spent) <= abs(end - start) / timedelta(minutes=1)
            assert walked.business_minutes(end, start) == -spent
