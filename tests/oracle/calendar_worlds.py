"""Random calendars and clocks: zones that jump at odd hours, night shifts, hours that change, exceptions.

They pass the agreement's own checks. What their open time comes to does not belong here.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

PLACES = (
    ("America/New_York", date(2024, 3, 10)),
    ("America/New_York", date(2024, 11, 3)),
    ("Europe/Berlin", date(2024, 3, 31)),
    ("Europe/Berlin", date(2024, 10, 27)),
    ("Asia/Jerusalem", date(2024, 3, 29)),
    ("Asia/Jerusalem", date(2024, 10, 27)),
    ("Asia/Shanghai", date(2024, 2, 29)),
    ("Australia/Lord_Howe", date(2024, 4, 7)),
    ("Australia/Lord_Howe", date(2024, 10, 6)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Sao_Paulo", date(2018, 2, 18)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("UTC", date(2024, 12, 31)),
)
"""A zone and a day on or near which its clock jumps, at midnight or for a whole day too."""
SHIFTS = (
    ("09:00", "18:00"),
    ("08:30", "12:00"),
    ("11:00", "17:30"),
    ("13:00", "24:00"),
    ("22:00", "06:00"),
    ("18:00", "02:30"),
    ("00:00", "24:00"),
    ("00:00", "03:00"),
    ("01:30", "01:45"),
    ("02:15", "01:00"),
    ("23:30", "00:00"),
)
"""Hours, several a day where they fall so, which overlap, run over midnight or lie in skipped and repeated hours."""
TARGETS = tuple(map(Decimal, ("1", "15", "29.5", "60", "240", "540", "1440", "4000")))


def calendar_seeds(random: Random, name: str, zone: str, near: date) -> dict[str, list[dict]]:
    """Rows of the three seeds for one calendar whose hours, now and then, begin, change or end near a day."""
    shifts = random.sample(SHIFTS, random.randint(1, 4))
    weekdays = random.sample("1234567", random.randint(1, 7))
    turn = near + timedelta(days=random.randint(-3, 3))
    starts = random.choice((None, None, near - timedelta(days=random.randint(1, 20))))
    ends = random.choice((None, None, turn + timedelta(days=random.randint(1, 9))))
    spans = [(starts, ends)]
    if random.random() < 0.5:
        spans = [(starts, turn), (turn + timedelta(days=1), ends)]
        if starts is not None and starts > turn:
            spans = [(starts, ends)]
    if ends is not None and spans[-1][0] is not None and spans[-1][0] > ends:
        spans = [(starts, None)]
    hours = []
    for begins, last in spans:
        mine = [(day, *shift) for day in weekdays for shift in shifts if random.random() < 0.6]
        for day, opens, closes in mine or [(weekdays[0], *shifts[0])]:
            row = {"weekday": day, "open": opens, "close": closes, "valid_from": begins, "valid_until": last}
            hours.append({"calendar_id": name} | row)
    exceptions = []
    days = random.sample([near + timedelta(days=days) for days in range(-6, 12)], random.randint(0, 4))
    for day in days:
        intervals = random.choice(([(None, None)], random.sample(SHIFTS, random.randint(1, 2))))
        for opens, closes in intervals:
            exceptions.append({"calendar_id": name, "date": day, "open": opens, "close": closes})
    return {
        "business_calendars": [{"calendar_id": name, "timezone": zone}],
        "business_hours": hours,
        "calendar_exceptions": exceptions,
    }


def clocks(random: Random, near: date, count: int) -> list[dict]:
    """Clocks around a day: started_at, ended_at (naive UTC, now and then before the start), target_minutes."""
    rows = []
    for _ in range(count):
        start = datetime.combine(near, datetime.min.time()) + timedelta(
            minutes=random.choice((15, 1)) * random.randint(-500, 500), seconds=random.choice((0, 0, 59.5))
        )
        end = start + timedelta(minutes=random.choice((1, 15, 60)) * random.randint(-50, 250))
        rows.append({"started_at": start, "ended_at": end, "target_minutes": random.choice(TARGETS)})
    return rows
