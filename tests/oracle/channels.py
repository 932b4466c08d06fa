"""Which channel a touch or a record comes from, and how sure that is.

Channels of visits and spend, and credit to channels, do not belong here.
"""

from __future__ import annotations

from datetime import datetime

from tests.oracle.patterns import like, plain
from tests.oracle.people import Person
from tests.oracle.records import Record

TOUCH_PATTERNS = {
    "utm_source": "utm_source",
    "utm_medium": "utm_medium",
    "referrer": "referrer_url",
    "click_id": "click_id",
}
UNKNOWN = ("unknown", "inferred")


class ChannelRules:
    """The seed channel_rules, lowest priority first; each judgement is (channel, confidence)."""

    def __init__(self, seed: list[dict]):
        rules = sorted(seed, key=lambda rule: rule["priority"])
        self._of_records = [rule for rule in rules if plain(rule["lead_source"])]
        self._of_touches = [rule for rule in rules if not plain(rule["lead_source"])]

    def of_touch(self, touch: dict) -> tuple[str, str]:
        if plain(touch["channel"]):
            return plain(touch["channel"]), "declared"
        for rule in self._of_touches:
            given = [name for name in TOUCH_PATTERNS if plain(rule[name])]
            if all(like(rule[name], touch[TOUCH_PATTERNS[name]]) for name in given):
                return rule["channel"], plain(rule["confidence"]) or _implied(given)
        return UNKNOWN

    def of_lead_source(self, lead_source: str | None) -> tuple[str, str]:
        for rule in self._of_records:
            if not any(plain(rule[name]) for name in TOUCH_PATTERNS) and like(
                rule["lead_source"], lead_source
            ):
                return rule["channel"], plain(rule["confidence"]) or "declared"
        return UNKNOWN


def _implied(given: list[str]) -> str:
    if "click_id" in given:
        return "click_id"
    return "utm" if {"utm_source", "utm_medium"} & set(given) else "inferred"


def journey_channels(
    person: Person,
    lead: Record | None,
    lead_at: datetime,
    touch_channels: dict[str, tuple[str, str]],
    rules: ChannelRules,
) -> dict:
    """lead_source, original_channel, lead_channel, source_confidence and campaign_id of a journey."""
    records = [lead] if lead else []
    records += person.leads + person.crm_contacts
    sources = [record.row["lead_source"] for record in records if plain(record.row["lead_source"])]
    source = next(iter(sources), None)
    before = [touch for touch in person.touches if touch["occurred_at"] <= lead_at]
    if before:
        channel, confidence = touch_channels[before[0]["touch_id"]]
        last, campaign = touch_channels[before[-1]["touch_id"]][0], before[0]["campaign_id"]
    else:
        channel, confidence = rules.of_lead_source(source)
        last, campaign = channel, None
    return {
        "lead_source": source,
        "original_channel": channel,
        "lead_channel": last,
        "source_confidence": confidence,
        "campaign_id": campaign,
    }
