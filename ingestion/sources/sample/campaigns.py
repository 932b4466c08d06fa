"""Campaigns by quarter, what was spent on them day by day, and the web visits they and everything else brought.

Tables that follow from the settings alone, one set for the whole sample; touches of single people are made elsewhere.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from ingestion.sources.sample import channels
from ingestion.sources.sample.clock import Clock
from ingestion.sources.sample.company import CURRENCIES
from ingestion.sources.sample.draws import DAY, Random
from ingestion.sources.sample.render import Rows, dates, money, text, words


class Series(NamedTuple):
    """Campaigns of one kind, a new one each quarter. `share` is its part of the channel's spend (0: costs nothing)."""

    slug: str
    title: str
    channel: str
    platform: str
    currency: str
    share: float


SERIES = (
    Series("google-search", "Google Search", "paid_search", "google_ads", "USD", 0.65),
    Series("bing-search", "Bing Search", "paid_search", "microsoft_ads", "EUR", 0.15),
    Series("baidu-search", "百度搜索", "paid_search", "baidu", "CNY", 0.20),
    Series("linkedin-ads", "LinkedIn", "paid_social", "linkedin_ads", "EUR", 0.55),
    Series("facebook-ads", "Facebook & TikTok", "paid_social", "meta_ads", "USD", 0.30),
    Series("douyin-ads", "抖音信息流", "paid_social", "oceanengine", "CNY", 0.15),
    Series("google-display", "Display Retargeting", "display", "google_ads", "GBP", 1.0),
    Series("trade-shows", "Trade Shows", "event", "events", "EUR", 1.0),
    Series("webinars", "Webinars", "webinar", "webinars", "USD", 1.0),
    Series("content-syndication", "Content Syndication", "content", "syndication", "GBP", 1.0),
    Series("partner-program", "Partner Program", "partner", "partners", "BRL", 1.0),
    Series("nurture-email", "Nurturing", "email", "email", "USD", 0.0),
)
POSITIONS = {series.slug: position for position, series in enumerate(SERIES)}


class Quarters:
    """The quarters a sample touches. A campaign's position is series * quarters + quarter."""

    def __init__(self, clock: Clock) -> None:
        first = clock.first_day.replace(month=(clock.first_day.month - 1) // 3 * 3 + 1, day=1)
        self.starts = [first]
        while self.starts[-1] <= clock.last_day:
            self.starts.append(_later(self.starts[-1]))
        self.ends = [start - timedelta(days=1) for start in self.starts[1:]]
        self.starts.pop()
        self._seconds = np.array([(start - date(1970, 1, 1)).days * DAY for start in self.starts])

    def campaign(self, series: np.ndarray, instant: np.ndarray) -> np.ndarray:
        """The campaign of each series running at `instant`; -1 where the series is."""
        quarter = np.clip(np.searchsorted(self._seconds, instant, side="right") - 1, 0, len(self.starts) - 1)
        return np.where(series < 0, -1, series * len(self.starts) + quarter)

    @property
    def ids(self) -> list[str]:
        """The id, which is the utm_campaign too, of every campaign by position."""
        return [
            f"{series.slug}-{start.year}q{(start.month + 2) // 3}"
            for series in SERIES
            for start in self.starts
        ]


def _later(start: date) -> date:
    return date(start.year + (start.month == 10), start.month + 3 if start.month < 10 else 1, 1)


def campaign_rows(clock: Clock, leads: int) -> Rows:
    """`campaign`: one row per series and quarter, recorded two weeks before it starts."""
    quarters = Quarters(clock)
    every = [
        (series, start, end)
        for series in SERIES
        for start, end in zip(quarters.starts, quarters.ends, strict=True)
    ]
    quarter_share = len(quarters.starts)
    budgets = [
        _expected_cost(series, leads) / quarter_share / CURRENCIES[series.currency] for series, _, _ in every
    ]
    starts = np.array([(start - date(1970, 1, 1)).days for _, start, _ in every])
    ends = np.array([(end - date(1970, 1, 1)).days for _, _, end in every])
    return Rows(
        "campaign",
        {
            "campaign_id": pa.array(quarters.ids),
            "name": pa.array(
                [f"{series.title} {start.year} Q{(start.month + 2) // 3}" for series, start, _ in every]
            ),
            "channel": pa.array([series.channel for series, _, _ in every]),
            "start_date": dates(starts),
            "end_date": dates(ends),
            "budget": money(np.round(np.array(budgets), -2) * 100),
            "currency": pa.array([series.currency for series, _, _ in every]),
        },
        np.minimum(np.maximum(starts * DAY - 14 * DAY, clock.start), clock.horizon - 1),
    )


def _expected_cost(series: Series, leads: int) -> float:
    """USD over the whole sample."""
    channel = channels.CHANNELS[channels.INDEX[series.channel]]
    return leads * (channel.share_first + channel.share_last) / 2 * channel.lead_cost * series.share


def spend_rows(rng: Random, clock: Clock, leads: int) -> Rows:
    """`ad_spend`: one row per day and paid series, recorded the morning after."""
    paid = np.array([position for position, series in enumerate(SERIES) if series.share > 0])
    day = np.repeat(np.arange(clock.days), len(paid))
    series = np.tile(paid, clock.days)
    channel = np.array([channels.INDEX[each.channel] for each in SERIES])[series]
    progress = day / clock.days
    first, last = channels.column("share_first"), channels.column("share_last")
    weights = clock.day_weights / clock.day_weights.sum()
    usd = (
        leads
        * weights[day]
        * (first[channel] + (last[channel] - first[channel]) * progress)
        * channels.column("lead_cost")[channel]
        * np.array([each.share for each in SERIES])[series]
        * (1 + 0.15 * progress)
        * rng.lognormal(0, 0.15, len(day))
    )
    rate = np.array([CURRENCIES[each.currency] for each in SERIES])[series]
    impressions = rng.poisson(usd * 45)
    epoch_day = clock.start // DAY + day
    return Rows(
        "ad_spend",
        {
            "spend_date": dates(epoch_day),
            "platform": text([each.platform for each in SERIES], series),
            "campaign_id": text(Quarters(clock).ids, Quarters(clock).campaign(series, epoch_day * DAY)),
            "channel": pa.nulls(len(day), pa.string()),
            "spend": money(np.round(usd / rate * 100)),
            "currency": text([each.currency for each in SERIES], series),
            "impressions": words(impressions),
            "clicks": words(rng.binomial(impressions, 0.009)),
        },
        np.minimum((epoch_day + 1) * DAY + 6 * 3_600, clock.horizon - 1),
    )


def visit_rows(rng: Random, clock: Clock, leads: int) -> Rows:
    """`web_visit_daily`: one row per day and distinct source, medium and campaign that brought a visit."""
    marks = visit_marks()
    day = np.repeat(np.arange(clock.days), len(marks))
    mark = np.tile(np.arange(len(marks)), clock.days)
    channel = np.array([channels.INDEX[signal.channel] for signal in marks])
    weight = np.array([signal.weight for signal in marks])
    share = weight / np.bincount(channel, weight, minlength=len(channels.CHANNELS))[channel]
    progress = day / clock.days
    first, last = channels.column("share_first"), channels.column("share_last")
    mix = first[channel[mark]] + (last[channel[mark]] - first[channel[mark]]) * progress
    weights = clock.day_weights / clock.day_weights.sum()
    visits = rng.poisson(leads * weights[day] * mix * channels.column("visits")[channel[mark]] * share[mark])
    seen = visits > 0
    day, mark, visits = day[seen], mark[seen], visits[seen]
    epoch_day = clock.start // DAY + day
    series = np.array([POSITIONS.get(signal.series, -1) for signal in marks])
    campaign = Quarters(clock).campaign(series[mark], epoch_day * DAY)
    return Rows(
        "web_visit_daily",
        {
            "visit_date": dates(epoch_day),
            "utm_source": text([signal.source for signal in marks], mark),
            "utm_medium": text([signal.medium for signal in marks], mark),
            "utm_campaign": text(Quarters(clock).ids, campaign),
            "channel": pa.nulls(len(day), pa.string()),
            "visits": words(visits),
            "visitors": words(visits - rng.binomial(visits, 0.14)),
        },
        np.minimum((epoch_day + 1) * DAY + 5 * 3_600, clock.horizon - 1),
    )


def visit_marks() -> list[channels.Signal]:
    """Signals as web statistics tell them: by source and medium, unmarked search and referrals named by the tool."""
    unmarked = {
        "organic_search": [("google", "organic"), ("baidu", "organic"), ("bing", "organic")],
        "organic_social": [("linkedin.com", "social"), ("weixin.qq.com", "social")],
        "referral": [("g2.com", "referral"), ("36kr.com", "referral")],
        "direct": [(None, None)],
    }
    marked: dict[tuple[str | None, str | None, str], channels.Signal] = {}
    for signal in channels.SIGNALS:
        if signal.source and signal.medium and signal.channel not in unmarked:
            marked.setdefault((signal.source, signal.medium, signal.series), signal)
    return list(marked.values()) + [
        channels.Signal(channel, 1, False, source, medium)
        for channel, pairs in unmarked.items()
        for source, medium in pairs
    ]
