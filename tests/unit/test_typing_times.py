"""How instants and dates are read: against Python's own calendar and the zone database, minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.engine import connect
from ingestion.typing import times
from ingestion.zones import offset_periods

ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "UTC",
)


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    session = connect("1GB", 1, Path("unused"))
    session.execute(times.MACROS)
    for zone in ZONES:
        session.execute(times.zone_macro(zone))
    return session


def _instant(
    database: duckdb.DuckDBPyConnection, value: str, zone: str = "UTC", formats: tuple[str, ...] = ()
) -> datetime | None:
    query = f"""
        select coalesce(instant, {times.to_utc("wall", zone)})
        from (
            select {times.instant("x", formats)} as instant, {times.wall("x", formats)} as wall
            from (select cast(? as varchar) as x) as given
        ) as read
    """
    return database.execute(query, [value]).fetchone()[0]


def _utc(database: duckdb.DuckDBPyConnection, value: str) -> datetime | None:
    return database.execute(
        f"select {times.utc('x')} from (select cast(? as varchar) as x) as given", [value]
    ).fetchone()[0]


def _instants(database: duckdb.DuckDBPyConnection, walls: list[datetime], zone: str) -> list[datetime]:
    query = (
        f"select {times.to_utc('wall', zone)} from (select unnest(cast(? as timestamp[])) as wall) as given"
    )
    return [row[0] for row in database.execute(query, [walls]).fetchall()]


def _date(database: duckdb.DuckDBPyConnection, value: str, formats: tuple[str, ...] = ()) -> date | None:
    query = f"select {times.date('x', formats)} from (select cast(? as varchar) as x) as given"
    return database.execute(query, [value]).fetchone()[0]


def _meant(wall: datetime, zone: str) -> datetime:
    """The first instant at which the zone's clock shows `wall` or later, found by walking the clock."""
    clock = ZoneInfo(zone)
    minute = timedelta(minutes=1)
    whole = wall.replace(second=0, microsecond=0)
    at = whole - timedelta(hours=30)
    while True:
        shown = at.replace(tzinfo=UTC).astimezone(clock).replace(tzinfo=None)
        if shown >= whole:
            # Past a jump the clock already shows more: then the jump itself is meant.
            return at if shown > wall else at + (wall - shown)
        at += minute


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-05-31T14:00:00Z", datetime(2024, 5, 31, 14)),
        ("2024-05-31T14:00:00z", datetime(2024, 5, 31, 14)),
        ("2024-05-31t14:00Z", datetime(2024, 5, 31, 14)),
        ("2024-05-31 14:00:00", datetime(2024, 5, 31, 14)),
        ("2024-05-31 14:00", datetime(2024, 5, 31, 14)),
        ("2024-05-31", datetime(2024, 5, 31)),
        ("2024-05-31T14:00:00.5", datetime(2024, 5, 31, 14, 0, 0, 500000)),
        ("2024-05-31T14:00:00,25Z", datetime(2024, 5, 31, 14, 0, 0, 250000)),
        ("2024-05-31T14:00:00.1234567Z", datetime(2024, 5, 31, 14, 0, 0, 123456)),
        ("2024-05-31T14:00:00+0000", datetime(2024, 5, 31, 14)),
        ("2024-05-31T14:00:00.000+0000", datetime(2024, 5, 31, 14)),
        ("2024-05-31T14:00:00+02:00", datetime(2024, 5, 31, 12)),
        ("2024-05-31T14:00+02", datetime(2024, 5, 31, 12)),
        ("2024-05-31 14:00:00 -05:30", datetime(2024, 5, 31, 19, 30)),
        ("2024-05-31 14:00:00 UTC", datetime(2024, 5, 31, 14)),
        ("20240531", datetime(2024, 5, 31)),
        ("20240531T140000Z", datetime(2024, 5, 31, 14)),
        ("20240531T1400", datetime(2024, 5, 31, 14)),
        ("20240531T140000+0200", datetime(2024, 5, 31, 12)),
        ("20240531T140000.25-05:30", datetime(2024, 5, 31, 19, 30, 0, 250000)),
        ("20240531T1400 +02", datetime(2024, 5, 31, 12)),
        ("20240531 14:00:00", datetime(2024, 5, 31, 14)),
        ("2024-05-31T140000,5Z", datetime(2024, 5, 31, 14, 0, 0, 500000)),
        ("2024-05-31T14", datetime(2024, 5, 31, 14)),
        ("2024-05-31 14 UTC", datetime(2024, 5, 31, 14)),
        ("2024-05-31T14-0230", datetime(2024, 5, 31, 16, 30)),
    ],
)
def test_spellings_of_iso_8601(database: duckdb.DuckDBPyConnection, value: str, expected: datetime) -> None:
    assert _instant(database, value) == _utc(database, value) == expected
    assert _date(database, value) == date(2024, 5, 31)


NO_TIMES = (
    "2024-02-30|2024-13-01|31/05/2024|2024-5-1|1/5/24|epoch|infinity|today|2024-05-31T25:00|2024-05-31T14:00:00+30:00"
    "|2024|1717164000|2024-05-31 (BC)|0000-00-00|-|x|20240531140000|2024-05-31T25|20240531T140000+30:00|2024-05-31T1"
    "|2024-05-31T14:00.5|2024-05-31T|2024-05-31T14:00:00 +0200 x|20240531T140000PM|2024-05-3114:00:00|202405-31"
)


@pytest.mark.parametrize("value", NO_TIMES.split("|"))
def test_what_is_no_time_is_not_read(database: duckdb.DuckDBPyConnection, value: str) -> None:
    assert _instant(database, value) is None
    assert _utc(database, value) is None
    assert _instant(database, value, "Pacific/Apia") is None
    if not value.startswith("2024-05-31"):
        assert _date(database, value) is None


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        ("America/New_York", datetime(2024, 3, 10, 2, 30), datetime(2024, 3, 10, 7)),
        ("America/New_York", datetime(2024, 11, 3, 1, 30), datetime(2024, 11, 3, 5, 30)),
        ("Europe/Berlin", datetime(2024, 10, 27, 2), datetime(2024, 10, 27, 0)),
        ("Australia/Lord_Howe", datetime(2024, 10, 6, 2, 15), datetime(2024, 10, 5, 15, 30)),
        ("Pacific/Apia", datetime(2011, 12, 30, 12), datetime(2011, 12, 30, 10)),
        ("America/Sao_Paulo", datetime(2018, 11, 4), datetime(2018, 11, 4, 3)),
    ],
)
def test_repeated_and_skipped_wall_times(
    database: duckdb.DuckDBPyConnection, zone: str, wall: datetime, expected: datetime
) -> None:
    assert _instant(database, wall.isoformat(), zone) == expected


def _around_changes(zone: str) -> st.SearchStrategy[datetime]:
    changes = [period.utc_from for period in offset_periods(zone, 1960, 2060)]
    return st.builds(
        lambda change, minutes, seconds: change + timedelta(minutes=minutes, seconds=seconds),
        st.sampled_from(changes),
        st.integers(-1600, 1600),
        st.integers(0, 59),
    )


@settings(max_examples=40, deadline=None)
@given(data=st.data(), zone=st.sampled_from(ZONES))
def test_a_wall_time_means_the_first_instant_that_shows_it_or_later(
    database: duckdb.DuckDBPyConnection, data: st.DataObject, zone: str
) -> None:
    anywhere = st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)).map(
        lambda wall: wall.replace(microsecond=0)
    )
    walls = data.draw(st.lists(_around_changes(zone) | anywhere, min_size=1, max_size=8))
    assert _instants(database, walls, zone) == [_meant(wall, zone) for wall in walls]


@settings(max_examples=100, deadline=None)
@given(
    instant=st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30)),
    minutes=st.integers(-14 * 60, 14 * 60),
    blank=st.sampled_from(["T", " "]),
)
def test_a_time_with_an_offset_is_converted_whatever_the_zone(
    database: duckdb.DuckDBPyConnection, instant: datetime, minutes: int, blank: str
) -> None:
    written = instant.replace(tzinfo=UTC).astimezone(timezone(timedelta(minutes=minutes))).isoformat(blank)
    assert _instant(database, written, "Pacific/Apia") == instant


@settings(max_examples=100, deadline=None)
@given(wall=st.datetimes(datetime(1971, 1, 1), datetime(2067, 12, 31)))
def test_configured_formats_agree_with_pythons(database: duckdb.DuckDBPyConnection, wall: datetime) -> None:
    for pattern in (
        "%m/%d/%Y %I:%M %p",
        "%d.%m.%Y %H:%M:%S",
        "%b %d, %Y %I:%M:%S %p",
        "%d-%B-%y %H:%M",
        "%Y%j",
    ):
        written = wall.strftime(pattern)
        assert _instant(database, written, formats=(pattern,)) == datetime.strptime(written, pattern)
        assert _date(database, written, (pattern,)) == datetime.strptime(written, pattern).date()


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("%m/%d/%Y %I:%M %p", "1/5/2024 3:07 PM", datetime(2024, 1, 5, 20, 7)),
        ("%m/%d/%Y %I:%M %p", "01/05/2024  03:07 pm", datetime(2024, 1, 5, 20, 7)),
        ("%m/%d/%Y %I:%M %p", "1/5/2024 3:07\u202fPM", datetime(2024, 1, 5, 20, 7)),
        ("%m/%d/%Y %I:%M %p", "2024-01-05T15:07:00Z", datetime(2024, 1, 5, 15, 7)),
        ("%m/%d/%Y", "1/5/2024", datetime(2024, 1, 5, 5)),
        ("%m/%d/%Y", "1/5/24", None),
        ("%m/%d/%Y", "13/5/2024", None),
        ("%d.%m.%Y %H:%M:%S%z", "05.01.2024 10:00:00+0200", datetime(2024, 1, 5, 8)),
        ("%d.%m.%Y %H:%M:%S%z", "05.01.2024 10:00:00Z", datetime(2024, 1, 5, 10)),
        ("%d.%m.%YT%H:%M:%SZ", "05.01.2024T10:00:00Z", datetime(2024, 1, 5, 10)),
    ],
)
def test_formats_go_before_iso_8601_and_say_themselves_what_is_local(
    database: duckdb.DuckDBPyConnection, pattern: str, value: str, expected: datetime | None
) -> None:
    assert _instant(database, value, "America/New_York", (pattern,)) == expected


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("%a, %d %b %Y %H:%M:%S %z", "Fri, 05 Jan 2024 00:30:00 +0200"),
        ("%d.%m.%Y %H:%M:%S%z", "05.01.2024 23:30:00-05:00"),
        ("%d.%m.%Y %H:%M:%S%z", "05.01.2024 23:30:00Z"),
        ("%m/%d/%Y %I:%M %p %Z", "1/5/2024 11:30 PM America/New_York"),
        ("%d.%m.%Y%z", "05.01.2024+0200"),
    ],
)
def test_a_date_is_the_day_as_written_whatever_its_offset(
    database: duckdb.DuckDBPyConnection, pattern: str, value: str
) -> None:
    assert _date(database, value, (pattern,)) == date(2024, 1, 5)


def test_formats_are_tried_in_order(database: duckdb.DuckDBPyConnection) -> None:
    assert _instant(database, "1/5/2024", formats=("%d/%m/%Y", "%m/%d/%Y")) == datetime(2024, 5, 1)
    assert _instant(database, "1/25/2024", formats=("%d/%m/%Y", "%m/%d/%Y")) == datetime(2024, 1, 25)


@pytest.mark.parametrize("zone", ZONES)
def test_offset_periods_cover_time_without_gaps_and_say_what_the_clock_says(zone: str) -> None:
    periods = offset_periods(zone, 1970, 2101)
    assert (periods[0].utc_from, periods[-1].utc_until) == (datetime(1970, 1, 1), datetime(2102, 1, 1))
    clock = ZoneInfo(zone)
    for period, following in zip(periods, [*periods[1:], None], strict=True):
        assert following is None or following.utc_from == period.utc_until
        for instant in (period.utc_from, period.utc_until - timedelta(seconds=1)):
            offset = instant.replace(tzinfo=UTC).astimezone(clock).utcoffset()
            assert offset == timedelta(seconds=period.offset_seconds)
    assert len(periods) == 1 if zone == "UTC" else len(periods) > 1


@pytest.mark.parametrize(
    ("zone", "year"), [("Africa/Freetown", 1939), ("America/Recife", 2000), ("Asia/Gaza", 2040)]
)
def test_offset_periods_miss_no_change_however_soon_the_next_one_follows(zone: str, year: int) -> None:
    clock = ZoneInfo(zone)
    for hour in range(366 * 24):
        instant = datetime(year, 1, 1) + timedelta(hours=hour)
        (held,) = (
            period.offset_seconds
            for period in offset_periods(zone, year, year + 1)
            if period.utc_from <= instant < period.utc_until
        )
        assert instant.replace(tzinfo=UTC).astimezone(clock).utcoffset() == timedelta(seconds=held)
