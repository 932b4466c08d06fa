"""How seeds compare text: trimmed, whatever the case, LIKE patterns with alternatives, lists, numbers.

What the seeds decide with these comparisons (channels, stages, points) does not belong here.
"""

from __future__ import annotations

import re
from decimal import Decimal


def plain(text: object) -> str | None:
    """Text as seeds compare it, None for a blank."""
    return None if text is None else str(text).strip().lower() or None


def alternatives(text: str) -> list[str]:
    return [part.strip().lower() for part in text.split("|")]


def like(pattern: str, text: str | None) -> bool:
    """Whether text matches one alternative of a LIKE pattern in full; nothing matches a null."""
    value = plain(text)
    if value is None:
        return False
    for part in alternatives(pattern):
        regex = "".join(".*" if c == "%" else "." if c == "_" else re.escape(c) for c in part)
        if re.fullmatch(regex, value, re.DOTALL):
            return True
    return False


def condition_holds(operator: str, wanted: str, value: object) -> bool:
    """Whether a qualification rule's condition holds for a value; a condition on a null never does."""
    if value is None or plain(value) is None:
        return False
    if isinstance(value, int | Decimal):
        numbers = [Decimal(part) for part in alternatives(wanted)]
        return {
            "in": value in numbers,
            "not_in": value not in numbers,
            "between": numbers[0] <= value <= numbers[-1],
            "gte": value >= numbers[0],
            "lte": value <= numbers[0],
        }[operator]
    text = plain(value)
    words = alternatives(wanted)
    if operator == "contains":
        return any(word in text for word in words)
    return (text in words) == (operator == "in")
