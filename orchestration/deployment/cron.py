"""What a cron schedule looks like: five fields of numbers, as Dagster reads them.

Only the form is judged here; when something runs is said in `defs.automation`.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
"""Least and greatest number of minute, hour, day, month and weekday (0 and 7 are Sunday)."""

_PART = re.compile(r"(?:\*|(\d+)-(\d+))(?:/[1-9]\d*)?|(\d+)")


def _cron(text: str) -> str:
    fields = text.split()
    if len(fields) != len(FIELDS) or not all(map(_fits, fields, FIELDS)):
        raise ValueError("five fields of numbers: minute, hour, day, month, weekday, such as 0 8-18 * * 1-5")
    return text


def _fits(field: str, bounds: tuple[int, int]) -> bool:
    """Whether each part of a field (`*`, 5, 8-18, with a step */15) lies within its bounds."""
    least, greatest = bounds
    for part in field.split(","):
        found = _PART.fullmatch(part)
        if found is None:
            return False
        numbers = [least, *(int(number) for number in found.groups() if number is not None), greatest]
        if numbers != sorted(numbers):
            return False
    return True


Cron = Annotated[str, AfterValidator(_cron)]
"""The text of a cron schedule."""
