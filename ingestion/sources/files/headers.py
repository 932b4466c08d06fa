"""The names under which received columns are landed.

Only naming belongs here: every column gets a name, no two names are equal to an engine that ignores case.
"""

from __future__ import annotations

from collections.abc import Iterable

LINE = "_line"
_RESERVED = (LINE, "_source_system", "_load_id", "_loaded_at", "_row_number", "_row_hash")


def column_names(received: Iterable[str | None]) -> tuple[str, ...]:
    """One name per received header, in order.

    Headers are trimmed. A blank one becomes `column_<position>`; a repeated one (or one of the landing's own names)
    gets the first free number from 2: `Email`, `Email_2`. Letter case does not tell two names apart.
    """
    taken = set(_RESERVED)
    names = []
    for position, header in enumerate(received, start=1):
        wanted = (header or "").strip() or f"column_{position}"
        name, number = wanted, 2
        while name.casefold() in taken:
            name, number = f"{wanted}_{number}", number + 1
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)
