"""Time, text, money and versions on examples worked out by hand, each where a reading could slip.

How persons and journeys come about has tests of its own.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.oracle.cases import AS_OF, june, lead, marts
from tests.oracle.clock import Clock
from tests.oracle.money import Rates, cents, cut
from tests.oracle.patterns import condition_holds, like
from tests.oracle.records import valid_email, valid_phone


@pytest.mark.parametrize(
    ("zone", "day", "instant"),
    [
        ("UTC", date(2024, 6, 1), datetime(2024, 6, 1)),
        ("America/New_York", date(2024, 3, 10), datetime(2024, 3, 10, 5)),
        # Midnight is skipped: 00:00 jumps to 01:00, the instant of the jump.
        ("Africa/Cairo", date(2024, 4, 26), datetime(2024, 4, 25, 22)),
        # The whole day is skipped: the clock jumps from the 29th's end to the 31st.
        ("Pacific/Apia", date(2011, 12, 30), datetime(2011, 12, 30, 10)),
        # The hour before midnight is repeated, midnight itself is not.
        ("Africa/Cairo", date(2023, 10, 27), datetime(2023, 10, 26, 22)),
        # Midnight is shown twice: 01:00 falls back to it, the first pass counts.
        ("America/Havana", date(2024, 11, 3), datetime(2024, 11, 3, 4)),
    ],
)
def test_a_local_midnight_is_the_first_instant_the_clock_shows_it_or_later(zone, day, instant):
    assert Clock(AS_OF, zone).midnight(day) == instant


def test_emails_and_phones():
    assert valid_email("  Ann@Example.COM ") == "ann@example.com"
    assert [valid_email(text) for text in ("a@b", "a b@c.de", "a@b..de", "@b.de", None)] == [None] * 5
    assert valid_phone("0049 (151) 234-567", None) == "+49151234567"
    assert valid_phone("+49\u00a0151\u2009234567", None) == "+49151234567"
    assert valid_phone("0151/234567", None) is None
    assert valid_phone("0151/234567", "49") == "+49151234567"
    assert [valid_phone(text, None) for text in ("+0491512345", "+123456", "+1234567890123456")] == [None] * 3


def test_patterns_and_conditions():
    assert like("goo%| bing ", "Google ")
    assert like("goo%| bing ", "BING")
    assert not like("a_b", "ab")
    assert not like("%", None)
    assert condition_holds("between", "10|200", 10)
    assert condition_holds("in", "5|10.0", 10)
    assert condition_holds("not_in", "de|fr", "US")
    assert not condition_holds("not_in", "de|fr", None)
    assert condition_holds("contains", "chief|vp", "VP Sales")


def test_money_rounds_half_away_from_zero_and_cuts_whole_cents():
    assert [cents(Decimal(text)) for text in ("1.005", "-1.005")] == [Decimal("1.01"), Decimal("-1.01")]
    rates = Rates(
        [{"currency": "EUR", "valid_from": date(2024, 6, 2), "rate_to_reporting": Decimal("1.1")}], "USD"
    )
    assert rates.convert(Decimal("10"), "eur", date(2024, 6, 2)) == Decimal("11.00")
    assert rates.convert(Decimal("10"), "EUR", date(2024, 6, 1)) is None
    assert rates.convert(Decimal("10"), None, date(2024, 6, 1)) == Decimal("10.00")
    thirds = [(key, Fraction(1, 3)) for key in "cab"]
    assert cut(Decimal("-0.05"), thirds) == {
        "a": Decimal("-0.02"),
        "b": Decimal("-0.02"),
        "c": Decimal("-0.01"),
    }
    assert cut(None, thirds) == dict.fromkeys("abc")


def test_the_newest_version_speaks_unless_it_is_from_the_future():
    versions = [
        lead("1", 1, updated_at=None, company_name="null"),
        lead("1", 1, updated_at=june(5), company_name="known"),
        lead("1", 1, updated_at=june(40), company_name="future"),
    ]
    assert marts(crm_lead=versions)["fct_lead_to_deal"][0]["company_name"] == "known"
    assert marts(crm_lead=versions[2:])["fct_lead_to_deal"][0]["company_name"] == "future"
    assert marts(crm_lead=[lead("1", 40)])["fct_lead_to_deal"] == []
