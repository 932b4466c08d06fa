"""What somebody pastes, read as the signals that channel rules judge: a link, UTM values, a source, a referrer.

Which rule speaks of the signals is the business of `explaining`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, fields
from urllib.parse import parse_qsl

CLICK_ID = re.compile(r"\w*(?:clid|click_?id)")
"""Names that say of themselves that they are click ids, for those no rule knows yet."""


@dataclass(frozen=True)
class Signals:
    """The columns of a touch or, with `lead_source` alone, of a record; None where there is nothing."""

    utm_source: str | None = None
    utm_medium: str | None = None
    referrer: str | None = None
    click_id: str | None = None
    lead_source: str | None = None

    def given(self) -> dict[str, str]:
        """What is there, by column."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True)
class Reading:
    """One way to understand a text. `notes` say what was decided on the way."""

    signals: Signals
    notes: tuple[str, ...] = ()


def read(text: str, click_ids: Collection[str], referrer: str | None = None) -> list[Reading]:
    """Every way to understand a text, at least one; `click_ids` are names of parameters that hold click ids.

    A link or text with `=` is read by its parameters, a link without any that matter is a referrer, `a / b` is a source
    and a medium; any other word may be a lead source or a utm_source, and with a dot in it a referrer. `referrer` goes
    with whatever touch the text describes; with one the text is no lead source.
    """
    text = text.strip()
    parameters = _parameters(text)
    found = _from_parameters(parameters, click_ids, referrer)
    if found is not None:
        return [found]
    if re.match(r"[\w-]+://", text):
        if referrer is None:
            return [
                Reading(Signals(referrer=text), ("no utm_ values and no click id in it: read as a referrer",))
            ]
        return [Reading(Signals(referrer=referrer), ("no utm_ values and no click id in it",))]
    if " / " in text:
        source, medium = (part.strip() or None for part in text.split(" / ", 1))
        return [Reading(Signals(utm_source=source, utm_medium=medium, referrer=referrer))]
    touch = Reading(Signals(utm_source=text or None, referrer=referrer))
    if referrer is not None or not text:
        return [touch]
    readings = [Reading(Signals(lead_source=text)), touch]
    if "." in text and " " not in text:
        readings.append(Reading(Signals(referrer=f"https://{text}")))
    return readings


def _parameters(text: str) -> list[tuple[str, str]]:
    """Of a link its query and its fragment, of other text the text; values decoded."""
    if "://" in text:
        # By hand: a link that is no valid URL stands in touches too, and is judged as text there.
        link, _, fragment = text.partition("#")
        parts = [link.partition("?")[2], fragment.partition("?")[2] or fragment]
    else:
        parts = [text.lstrip("?#")]
    return [
        (name.strip().lower(), value.strip())
        for part in parts
        for name, value in parse_qsl(part)
        if value.strip()
    ]


def _from_parameters(
    parameters: list[tuple[str, str]], click_ids: Collection[str], referrer: str | None
) -> Reading | None:
    utm: dict[str, str] = {}
    clicks: list[str] = []
    for name, value in parameters:
        if name in ("utm_source", "utm_medium"):
            utm.setdefault(name, value)
        elif name in click_ids or CLICK_ID.fullmatch(name):
            clicks.append(f"{name}={value}")
    if not utm and not clicks:
        return None
    notes = ()
    if len(clicks) > 1:
        names = ", ".join(click.partition("=")[0] for click in clicks)
        notes = (f"{len(clicks)} click ids ({names}): a touch carries one, so the first is judged",)
    return Reading(
        Signals(utm.get("utm_source"), utm.get("utm_medium"), referrer, clicks[0] if clicks else None), notes
    )
