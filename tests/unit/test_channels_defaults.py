"""The default channel rules read what advertising platforms, analytics and CRMs write.

Cases are conventions of those who write the signals, each said beside it; that rules apply as told is tested elsewhere.
"""

from __future__ import annotations

import pytest

from orchestration.agreement.explaining import channel_rules, click_id_names, explain
from orchestration.agreement.rules import Terms
from orchestration.agreement.signals import Signals, read
from orchestration.transform.project import PROJECT

RULES = channel_rules(PROJECT / "seeds", Terms("USD", None, ()))

# Google Analytics' default channel group, by source / medium; its paid and organic video count as social here.
ANALYTICS = {
    "(direct) / (none)": "direct",
    "google / organic": "organic_search",
    "google / cpc": "paid_search",
    "bing / ppc": "paid_search",
    "baidu / sem": "paid_search",
    "duckduckgo / referral": "referral",
    "facebook / paid_social": "paid_social",
    "Facebook / cpm": "paid_social",
    "linkedin / paid": "paid_social",
    "youtube / cpv": "paid_social",
    "youtube / video": "organic_social",
    "facebook / social": "organic_social",
    "partner.example / social-network": "organic_social",
    "partner.example / sm": "organic_social",
    "publisher.example / display": "display",
    "publisher.example / banner": "display",
    "publisher.example / cpm": "display",
    "publisher.example / interstitial": "display",
    "shop.example / affiliate": "partner",
    "news.example / referral": "referral",
    "news.example / link": "referral",
    "crm / email": "email",
    "crm / e-mail": "email",
    "crm / e_mail": "email",
    "email / anything": "email",
    "app / push": "other",
    "crm / sms": "other",
    "mkto / webinar": "webinar",
    "hall7 / tradeshow": "event",
    "公众号 / 社交": "organic_social",
    "百度 / 竞价": "paid_search",
    "douyin / 信息流": "paid_social",
    "xiaohongshu / kol": "paid_social",
    "moon / tides": "unknown",
}
# Parameters that advertising platforms and mail programs append to links.
CLICKS = {
    "gclid": "paid_search",
    "wbraid": "paid_search",
    "gbraid": "paid_search",
    "msclkid": "paid_search",
    "bd_vid": "paid_search",
    "yclid": "paid_search",
    "dclid": "display",
    "tblci": "display",
    "li_fat_id": "paid_social",
    "ttclid": "paid_social",
    "twclid": "paid_social",
    "rdt_cid": "paid_social",
    "epik": "paid_social",
    "ScCid": "paid_social",
    "qclid": "paid_social",
    "gdt_vid": "paid_social",
    "fbclid": "organic_social",
    "igshid": "organic_social",
    "ysclid": "organic_search",
    "srsltid": "organic_search",
    "irclickid": "partner",
    "cjevent": "partner",
    "mkt_tok": "email",
    "_hsenc": "email",
    "mc_cid": "email",
    "newclid": "unknown",
}
REFERRERS = {
    "https://www.google.com/": "organic_search",
    "https://www.google.co.uk/url?q=x": "organic_search",
    "https://cn.bing.com/search?q=crm": "organic_search",
    "https://search.yahoo.co.jp/search?p=crm": "organic_search",
    "https://yandex.ru/": "organic_search",
    "https://m.search.naver.com/search.naver": "organic_search",
    "https://www.baidu.com/link?url=x": "organic_search",
    "https://m.baidu.com/s": "organic_search",
    "https://www.sogou.com/web": "organic_search",
    "https://www.so.com/s?q=x": "organic_search",
    "https://m.sm.cn/s": "organic_search",
    "https://l.facebook.com/l.php": "organic_social",
    "https://www.linkedin.com/feed/": "organic_social",
    "android-app://com.linkedin.android/": "organic_social",
    "https://t.co/Xy1": "organic_social",
    "https://x.com/acme": "organic_social",
    "https://old.reddit.com/r/crm": "organic_social",
    "https://www.pinterest.de/": "organic_social",
    "https://t.me/acme": "organic_social",
    "https://vk.com/away.php": "organic_social",
    "https://mp.weixin.qq.com/s/a": "organic_social",
    "https://www.zhihu.com/question/1": "organic_social",
    "https://www.xiaohongshu.com/explore": "organic_social",
    "https://www.douyin.com/": "organic_social",
    "https://www.bilibili.com/video/1": "organic_social",
    "https://tieba.baidu.com/p/1": "organic_social",
    "https://weibo.com/u/1": "organic_social",
    "https://mail.google.com/mail/u/0/": "email",
    "https://mail.qq.com/": "email",
    "https://gemini.google.com/": "referral",
    "https://chatgpt.com/": "referral",
    "https://www.g2.com/products": "referral",
    "https://netflix.com/": "referral",
    "https://www.ft.com/": "referral",
}
# Picklists: HubSpot's original source, Salesforce's and Dynamics' LeadSource, what Chinese CRMs come with.
LEAD_SOURCES = {
    "ORGANIC_SEARCH": "organic_search",
    "PAID_SEARCH": "paid_search",
    "EMAIL_MARKETING": "email",
    "SOCIAL_MEDIA": "organic_social",
    "REFERRALS": "referral",
    "AI_REFERRALS": "referral",
    "OTHER_CAMPAIGNS": "other",
    "DIRECT_TRAFFIC": "direct",
    "OFFLINE": "other",
    "PAID_SOCIAL": "paid_social",
    "Advertisement": "display",
    "Customer Event": "event",
    "Employee Referral": "referral",
    "External Referral": "referral",
    "Google AdWords": "paid_search",
    "Partner": "partner",
    "Purchased List": "other",
    "Trade Show": "event",
    "Seminar - Partner": "event",
    "Webinar": "webinar",
    "Website": "direct",
    "Web": "direct",
    "Phone Inquiry": "direct",
    "Word of mouth": "referral",
    "Public Relations": "referral",
    "Cold Call": "other",
    "Other": "other",
    "Google Natural Search": "organic_search",
    "百度推广": "paid_search",
    "百度": "organic_search",
    "微信公众号": "organic_social",
    "抖音": "organic_social",
    "抖音广告": "paid_social",
    "小红书": "organic_social",
    "知乎": "organic_social",
    "视频号": "organic_social",
    "巨量引擎": "paid_social",
    "官网": "direct",
    "400电话": "direct",
    "转介绍": "referral",
    "客户介绍": "referral",
    "展会": "event",
    "直播": "webinar",
    "代理商": "partner",
    "独立开发": "other",
    "Martian": "unknown",
}


def _channel(text: str) -> str:
    (reading,) = read(text, click_id_names(RULES))
    return explain(RULES, reading.signals).channel


@pytest.mark.parametrize(("text", "channel"), ANALYTICS.items())
def test_source_and_medium(text, channel):
    assert _channel(text) == channel


@pytest.mark.parametrize(("name", "channel"), CLICKS.items())
def test_a_click_id_in_a_link(name, channel):
    assert _channel(f"https://acme.example/?{name}=Ab1") == channel


@pytest.mark.parametrize(("referrer", "channel"), REFERRERS.items())
def test_a_referrer(referrer, channel):
    assert _channel(referrer) == channel


@pytest.mark.parametrize(("source", "channel"), LEAD_SOURCES.items())
def test_a_lead_source(source, channel):
    assert explain(RULES, Signals(lead_source=source)).channel == channel


def test_paid_marks_win_over_what_organic_links_carry_too():
    assert _channel("https://acme.example/?utm_source=facebook&utm_medium=cpc&fbclid=1") == "paid_social"
    assert _channel("https://acme.example/?utm_source=youtube&utm_medium=cpc&gclid=1") == "paid_social"
    assert _channel("https://acme.example/?utm_source=google&utm_medium=display&gclid=1") == "display"
    assert (
        explain(RULES, Signals(click_id="gclid=1", referrer="https://www.google.com/")).channel
        == "paid_search"
    )


def test_nothing_at_all_is_direct():
    assert explain(RULES, Signals()).channel == "direct"
