"""Links, UTM values and sources are read as the signals they carry.

Which channel those have is tested in `test_channels_explaining`.
"""

from __future__ import annotations

import pytest

from orchestration.agreement.signals import Signals, read

CLICK_IDS = {"gclid", "bd_vid"}


@pytest.mark.parametrize(
    ("text", "signals"),
    {
        "https://acme.com/a?utm_source=google&utm_medium=cpc&utm_campaign=x": Signals("google", "cpc"),
        "https://acme.com/?UTM_Source=%E5%BE%AE%E4%BF%A1&gclid=Ab1": Signals("微信", click_id="gclid=Ab1"),
        "https://acme.com/?bd_vid=7&x=1": Signals(click_id="bd_vid=7"),
        "https://acme.com/?newclid=7": Signals(click_id="newclid=7"),
        "https://acme.com/?utm_source=a&utm_source=b": Signals("a"),
        "https://acme.com/#utm_source=a&utm_medium=": Signals("a"),
        "https://acme.com/#/page?utm_medium=e+mail": Signals(utm_medium="e mail"),
        "utm_source=zhihu&utm_medium=social": Signals("zhihu", "social"),
        "?utm_source=zhihu": Signals("zhihu"),
        "google / cpc": Signals("google", "cpc"),
        "https://www.zhihu.com/question/1?sort=new": Signals(
            referrer="https://www.zhihu.com/question/1?sort=new"
        ),
        "http://[broken/?utm_source=a#b": Signals("a"),
        "http://[broken": Signals(referrer="http://[broken"),
        "android-app://com.linkedin.android": Signals(referrer="android-app://com.linkedin.android"),
    }.items(),
    ids=str,
)
def test_text_of_one_meaning(text, signals):
    (reading,) = read(f" {text} ", CLICK_IDS)
    assert reading.signals == signals


def test_a_word_may_be_a_lead_source_a_utm_source_or_a_host():
    assert [reading.signals for reading in read("Trade Show", CLICK_IDS)] == [
        Signals(lead_source="Trade Show"),
        Signals(utm_source="Trade Show"),
    ]
    assert [reading.signals for reading in read("t.co", CLICK_IDS)] == [
        Signals(lead_source="t.co"),
        Signals(utm_source="t.co"),
        Signals(referrer="https://t.co"),
    ]


def test_of_several_click_ids_the_first_is_judged_and_that_is_said():
    (reading,) = read("https://acme.com/?gclid=1&fbclid=2", CLICK_IDS)
    assert reading.signals == Signals(click_id="gclid=1")
    assert "gclid, fbclid" in reading.notes[0]


def test_a_referrer_goes_with_the_touch():
    referrer = "https://www.google.com/"
    for text, signals in {
        "https://acme.com/": Signals(referrer=referrer),
        "utm_source=a": Signals("a", referrer=referrer),
        "newsletter": Signals("newsletter", referrer=referrer),
        "a / b": Signals("a", "b", referrer),
    }.items():
        (reading,) = read(text, CLICK_IDS, referrer)
        assert reading.signals == signals
