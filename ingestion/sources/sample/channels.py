"""Where the sample's demand comes from: each channel's share, quality and cost, and the signals its touches carry.

Data of the simulated market; the agreement's channel_rules must read the signals without knowing this file.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Channel(NamedTuple):
    """`share_first` and `share_last` are shares of new people at the start and the end of the sample; `qualify`, `win`
    and `keep` multiply the company's rates; `lead_cost` is USD per new person, `visits` web visits per new person."""

    name: str
    share_first: float
    share_last: float
    qualify: float
    win: float
    keep: float
    lead_cost: float
    visits: float
    lead_sources: tuple[str, ...]
    chinese_sources: tuple[str, ...]


CHANNELS = (
    Channel(
        "paid_search",
        0.20,
        0.16,
        1.15,
        1.0,
        0.97,
        95,
        28,
        ("Google AdWords", "Paid Search"),
        ("百度推广", "SEM"),
    ),
    Channel("organic_search", 0.18, 0.21, 1.10, 1.10, 1.05, 0, 45, ("Organic Search",), ("自然搜索",)),
    Channel(
        "paid_social",
        0.10,
        0.16,
        0.60,
        0.75,
        0.88,
        85,
        40,
        ("Paid Social", "LinkedIn Ads"),
        ("信息流", "抖音广告"),
    ),
    Channel("organic_social", 0.06, 0.06, 0.75, 0.9, 1.0, 0, 40, ("Social Media",), ("微信公众号", "知乎")),
    Channel("email", 0.05, 0.05, 1.0, 1.0, 1.0, 0, 12, ("Email Marketing",), ("邮件营销",)),
    Channel("referral", 0.06, 0.07, 1.45, 1.45, 1.12, 0, 15, ("Referral", "Employee Referral"), ("转介绍",)),
    Channel("display", 0.06, 0.03, 0.45, 0.7, 0.9, 120, 90, ("Display Ads",), ("展示广告",)),
    Channel("event", 0.05, 0.04, 1.30, 1.15, 1.05, 240, 2, ("Trade Show", "Event"), ("展会",)),
    Channel("webinar", 0.04, 0.07, 1.20, 1.05, 1.0, 55, 6, ("Webinar",), ("直播",)),
    Channel(
        "content", 0.07, 0.05, 0.80, 0.95, 1.0, 48, 14, ("Content Syndication", "Whitepaper"), ("白皮书",)
    ),
    Channel("partner", 0.04, 0.06, 1.50, 1.35, 1.10, 160, 4, ("Partner Referral", "Reseller"), ("代理商",)),
    Channel("direct", 0.07, 0.06, 1.20, 1.15, 1.03, 0, 50, ("Web", "Inbound Call"), ("官网", "400电话")),
    Channel("other", 0.04, 0.03, 0.70, 0.8, 0.95, 0, 0, ("Cold Call", "Purchased List"), ("电销",)),
)
NAMES = tuple(channel.name for channel in CHANNELS)
INDEX = {name: position for position, name in enumerate(NAMES)}


def column(field: str) -> np.ndarray:
    """One figure of every channel, in their order."""
    return np.array([getattr(channel, field) for channel in CHANNELS], dtype=float)


class Signal(NamedTuple):
    """What a touch of a channel looks like. `series` names the campaigns it belongs to ('' for none)."""

    channel: str
    weight: float
    chinese: bool
    source: str | None = None
    medium: str | None = None
    click: str | None = None
    referrer: str | None = None
    declared: str | None = None
    series: str = ""


GOOGLE, BAIDU = "https://www.google.com/", "https://www.baidu.com/s?wd=crm"
SIGNALS = (
    Signal("paid_search", 5, False, "google", "cpc", "gclid", GOOGLE, series="google-search"),
    Signal("paid_search", 2, False, None, None, "gclid", GOOGLE, series="google-search"),
    Signal(
        "paid_search", 1.5, False, "bing", "cpc", "msclkid", "https://www.bing.com/", series="bing-search"
    ),
    Signal("paid_search", 5, True, "baidu", "cpc", "bd_vid", BAIDU, series="baidu-search"),
    Signal("paid_search", 2, True, "baidu", "sem", None, BAIDU, series="baidu-search"),
    Signal("organic_search", 8, False, referrer=GOOGLE),
    Signal("organic_search", 1, False, referrer="https://www.bing.com/"),
    Signal("organic_search", 0.6, False, referrer="https://duckduckgo.com/"),
    Signal("organic_search", 0.6, False, "google", "organic", referrer=GOOGLE),
    Signal("organic_search", 7, True, referrer=BAIDU),
    Signal("organic_search", 2, True, referrer="https://cn.bing.com/"),
    Signal("organic_search", 1, True, referrer="https://www.sogou.com/web?query=crm"),
    Signal(
        "paid_social",
        4,
        False,
        "linkedin",
        "paid_social",
        "li_fat_id",
        "https://www.linkedin.com/",
        series="linkedin-ads",
    ),
    Signal(
        "paid_social", 3, False, "Facebook", "cpc", "fbclid", "https://l.facebook.com/", series="facebook-ads"
    ),
    Signal("paid_social", 1, False, "tiktok", "paid", "ttclid", series="facebook-ads"),
    Signal("paid_social", 4, True, "douyin", "feed", series="douyin-ads"),
    Signal("paid_social", 2, True, "wechat", "cpc", "gdt_vid", series="douyin-ads"),
    Signal("organic_social", 4, False, referrer="https://www.linkedin.com/feed/"),
    Signal("organic_social", 1, False, "facebook", "social", "fbclid", "https://l.facebook.com/"),
    Signal("organic_social", 1, False, referrer="https://t.co/Xy12"),
    Signal("organic_social", 4, True, referrer="https://mp.weixin.qq.com/s/abc"),
    Signal("organic_social", 2, True, "zhihu", None, None, "https://www.zhihu.com/question/1"),
    Signal("email", 6, False, "newsletter", "email", series="nurture-email"),
    Signal("email", 2, False, "hs_email", "email", series="nurture-email"),
    Signal("email", 1, False, referrer="https://mail.google.com/mail/u/0/"),
    Signal("email", 5, True, "edm", "EDM", series="nurture-email"),
    Signal("referral", 3, False, referrer="https://www.g2.com/products/closedloop"),
    Signal("referral", 2, False, "capterra", "referral", referrer="https://www.capterra.com/p/1"),
    Signal("referral", 2, True, referrer="https://www.36kr.com/p/1"),
    Signal("display", 4, False, "google", "display", "gclid", series="google-display"),
    Signal("display", 1, False, "dv360", None, "dclid", series="google-display"),
    Signal("display", 2, True, "tencent", "banner", series="google-display"),
    Signal("event", 3, False, declared="event", series="trade-shows"),
    Signal("event", 1, False, "expo", "Event", series="trade-shows"),
    Signal("event", 3, True, declared=" Event", series="trade-shows"),
    Signal("webinar", 3, False, declared="webinar", series="webinars"),
    Signal("webinar", 2, False, "zoom", "webinar", series="webinars"),
    Signal("webinar", 3, True, "saikr", "直播", series="webinars"),
    Signal("content", 3, False, "techtarget", "content-syndication", series="content-syndication"),
    Signal("content", 1, False, "medium", "guest-post", referrer="https://medium.com/"),
    Signal("content", 2, True, "geekpark", "白皮书", series="content-syndication"),
    Signal("partner", 2, False, "acme-consulting", "partner", series="partner-program"),
    Signal("partner", 1, False, "shareasale", "affiliate", "irclickid", series="partner-program"),
    Signal("partner", 2, True, declared="partner", series="partner-program"),
    Signal("direct", 1, False),
    Signal("direct", 1, True),
    Signal("other", 1, False, declared="other"),
    Signal("other", 1, True, declared="other"),
)
