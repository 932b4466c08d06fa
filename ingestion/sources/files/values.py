"""The text of values that arrive typed in formats without a schema: cells of a workbook, values of a JSON object.

Only this direction belongs here; reading text into contract types is the work of the typed landing.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

# Beyond this many places a number is no money or count: keep its exponent instead of writing out zeros.
_MOST_PLACES = 60


def text_of(value: Any) -> str | None:
    """The text of one value; None for a blank one.

    Numbers become plain decimals (a float with the 15 digits a spreadsheet shows, a whole number without a point, so
    that the id 7.0 is 7, three decimals as four), dates and times ISO-8601 (a moment at midnight a date), booleans true
    and false, lists and objects JSON.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _plain(Decimal(format(value, ".15g")))
    if isinstance(value, Decimal):
        return _plain(value)
    if isinstance(value, datetime):
        moment = _to_milliseconds(value)
        return (moment.date() if moment.time() == time.min else moment).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=float)


def _plain(number: Decimal) -> str:
    if not number.is_finite() or abs(number.adjusted()) >= _MOST_PLACES:
        return str(number)
    if number == int(number):
        return str(int(number))
    # With three decimals it would be a thousand times as much to a column of decimal commas.
    return format(number, "f") + ("0" if number.as_tuple().exponent == -3 else "")


def _to_milliseconds(moment: datetime) -> datetime:
    # A workbook holds moments as fractions of a day, so the last digits are noise.
    rounded = moment + timedelta(microseconds=500)
    return rounded.replace(microsecond=rounded.microsecond // 1000 * 1000)
