"""How the text of one cell of the agreement is read: dates, times, numbers, names from a list.

One cell at a time; which columns a seed has stands in `seed_schemas`, what rows must satisfy among each other in
`rules`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import available_timezones

from ingestion.contracts import contracts
from orchestration.agreement.currencies import CURRENCIES


@dataclass(frozen=True)
class CellType:
    """How a column's text is read. `read` gives the value that rules compare and the snapshot writes; it raises
    ValueError for text that is none of this type, and `expected` then says what would be. `decimals` are the digits
    after the point that the models keep of a number; None where they keep them all.
    """

    expected: str
    read: Callable[[str], object]
    decimals: int | None = None


def _date(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError
    return date.fromisoformat(text)


def _month(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}(-01)?", text):
        raise ValueError
    return datetime.strptime(text[:7], "%Y-%m").date()


def _integer(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,18}", text):
        raise ValueError
    return int(text)


def _at_least(least: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = _integer(text)
        if number < least:
            raise ValueError
        return number

    return read


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError from None
    if not number.is_finite():
        raise ValueError
    return number


def _bounded(allowed: Callable[[Decimal], bool]) -> Callable[[str], Decimal]:
    def read(text: str) -> Decimal:
        number = _number(text)
        if not allowed(number):
            raise ValueError
        return number

    return read


def one_of(names: tuple[str, ...]) -> CellType:
    """One of some names, whatever the case; read as the name in lower case."""

    def read(text: str) -> str:
        if text.lower() not in names:
            raise ValueError
        return text.lower()

    return CellType("one of " + ", ".join(names), read)


def _currency(text: str) -> str:
    if text.upper() not in CURRENCIES:
        raise ValueError
    return text.upper()


def _domain(text: str) -> str:
    if not re.fullmatch(r"[^@\s.]+(\.[^@\s.]+)+", text):
        raise ValueError
    return text.lower()


def _time(text: str) -> str:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", text)
    if not found:
        raise ValueError
    hour, minute, second = (int(part or 0) for part in found.groups())
    if minute > 59 or second > 59 or hour * 3600 + minute * 60 + second > 24 * 3600:
        raise ValueError
    return f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")


def _time_zone(text: str) -> str:
    named = {name.lower(): name for name in available_timezones()}
    if text.lower() not in named:
        raise ValueError
    return named[text.lower()]


def _lead_fields(text: str) -> str:
    names = [name.strip().lower() for name in text.split("|")]
    if len(set(names)) < len(names) or not set(names) <= set(contracts()["crm_lead"].column_names):
        raise ValueError
    return "|".join(names)


TEXT = CellType("text", str)
DATE = CellType("a date such as 2026-01-31", _date)
MONTH = CellType("a month such as 2026-01", _month)
TIME = CellType("a time of day such as 09:00, or 24:00 for the day's end", _time)
TIME_ZONE = CellType("a zone of the time zone database, such as Europe/Berlin", _time_zone)
LEAD_FIELDS = CellType("columns of crm_lead, each once, separated by |", _lead_fields)
INTEGER = CellType("a whole number", _integer)
WHOLE = CellType("a whole number of at least 0", _at_least(0))
COUNT = CellType("a whole number of at least 1", _at_least(1))
NUMBER = CellType("a number such as 12.5, with a point and no thousands separators", _number)
POSITIVE = CellType("a number above 0, with a point and no thousands separators", _bounded(lambda n: n > 0))
# Nothing is due in business time later than that; microseconds of much more overflow.
MINUTES = CellType(
    "a number of minutes from 0.001 to 5260320 (ten years), with a point and no thousands separators",
    _bounded(lambda n: Decimal("0.001") <= n <= 5_260_320),
)
# Beyond year 9999 an instant is no date to most readers.
DAYS = CellType(
    "a number of days from 0.001 to 36525 (a hundred years), with a point and no thousands separators",
    _bounded(lambda n: Decimal("0.001") <= n <= 36_525),
)
RATE = CellType(
    "a number from 0.000000000001 to 99999999, with a point and no thousands separators",
    _bounded(lambda n: Decimal("1e-12") <= n <= 99_999_999),
    decimals=12,
)
AMOUNT = CellType(
    "a number from 0 to 99999999999999, with a point and no thousands separators",
    _bounded(lambda n: 0 <= n <= 10**14 - 1),
    decimals=4,
)
TARGET = CellType(
    "a number from 0 to 999999999999999999, with a point and no thousands separators",
    _bounded(lambda n: 0 <= n <= 10**18 - 1),
    decimals=10,
)
SHARE = CellType("a share between 0 and 1, such as 0.75", _bounded(lambda n: 0 <= n <= 1))
CURRENCY = CellType("an ISO 4217 code such as EUR", _currency)
DOMAIN = CellType("a mail domain such as example.com", _domain)
