"""Spend and visits by channel, and what campaigns sourced and influenced.

Channels of touches and credit of channels do not belong here.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from tests.oracle.attribution import CONVERSIONS, Unit
from tests.oracle.bridge import NOTHING
from tests.oracle.channels import TOUCH_PATTERNS, ChannelRules
from tests.oracle.money import Rates
from tests.oracle.patterns import plain

NO_SIGNALS = dict.fromkeys(TOUCH_PATTERNS.values())


def ad_spend(rows: list[dict], campaigns: list[dict], rules: ChannelRules, rates: Rates) -> list[dict]:
    """Rows of fct_ad_spend_daily, money at the rate of the day it was spent on."""
    of_campaign = {campaign["campaign_id"]: campaign["channel"] for campaign in campaigns}
    return [
        {
            "spend_date": row["spend_date"],
            "platform": row["platform"],
            "campaign_id": row["campaign_id"],
            "channel": rules.of_touch(
                NO_SIGNALS | {"channel": plain(row["channel"]) or of_campaign.get(row["campaign_id"])}
            )[0],
            "spend_reporting": rates.convert(row["spend"], row["currency"], row["spend_date"]),
            "impressions": row["impressions"],
            "clicks": row["clicks"],
        }
        for row in rows
    ]


def visit_channels(rows: list[dict], rules: ChannelRules) -> list[dict]:
    """Visits with their channel; a visit has no referrer and no click id."""
    return [row | {"channel": rules.of_touch(NO_SIGNALS | row)[0]} for row in rows]


def campaign_performance(
    campaigns: list[dict], touches: list[dict], spend: list[dict], units: list[Unit]
) -> list[dict]:
    """Rows of rpt_campaign_performance: a campaign known by its own row, a touch or spend.

    Conversions are weighted as the bridge is, so that sourced ones of all campaigns never exceed the conversions.
    """
    sums: dict[str, dict] = {}
    names = [f"{conversion}_{kind}" for conversion in CONVERSIONS for kind in ("sourced", "influenced")]
    for row in [*campaigns, *touches, *spend]:
        if row["campaign_id"] is not None:
            sums[row["campaign_id"]] = (
                {"spend": NOTHING, "touches": 0}
                | dict.fromkeys(names, Fraction(0))
                | {"won_amount_sourced": NOTHING, "won_amount_influenced": NOTHING}
            )
    for row in spend:
        sums[row["campaign_id"]]["spend"] += row["spend_reporting"] or NOTHING
    for touch in touches:
        if touch["campaign_id"] is not None:
            sums[touch["campaign_id"]]["touches"] += 1
    for unit in units:
        for kind, of in (("sourced", unit.touches[:1]), ("influenced", unit.touches)):
            for campaign in {touch["campaign_id"] for touch in of} - {None}:
                sums[campaign][f"{unit.conversion}_{kind}"] += unit.weight
                if unit.conversion == "won":
                    sums[campaign][f"won_amount_{kind}"] += unit.amount or NOTHING
    return [
        {"campaign_id": campaign}
        | {name: float(value) if isinstance(value, Fraction) else value for name, value in columns.items()}
        for campaign, columns in sums.items()
    ]


def by_month_and_channel(spend: list[dict], visits: list[dict]) -> dict[tuple, dict]:
    """Visits and spend by (month of their own day, channel), wherever there is a row of either."""
    sums: dict[tuple, dict] = defaultdict(lambda: {"visits": 0, "spend": NOTHING})
    for row in visits:
        sums[row["visit_date"].replace(day=1), row["channel"]]["visits"] += row["visits"]
    for row in spend:
        month = row["spend_date"].replace(day=1)
        sums[month, row["channel"]]["spend"] += row["spend_reporting"] or NOTHING
    return sums
