"""Olist's public marketing funnel, mapped by configuration alone, gives the figures others published of it.

Data: Marketing Funnel by Olist (CC BY-NC-SA 4.0), 8,000 leads and 842 won deals, found through CLOSEDLOOP_REAL_DATA.
The figures below are those its readers publish, counted from the two files.
"""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.deployments import EXAMPLES, lay_out, night, published

pytestmark = pytest.mark.skipif(
    "CLOSEDLOOP_REAL_DATA" not in os.environ,
    reason="CLOSEDLOOP_REAL_DATA names no folder with the Olist files",
)

ORIGINS = {
    None: (60, 14, 23.33, 49.2),
    "unknown": (1099, 179, 16.29, 41.3),
    "paid_search": (1586, 195, 12.30, 56.6),
    "organic_search": (2296, 271, 11.80, 50.0),
    "direct_traffic": (499, 56, 11.22, 31.1),
    "referral": (284, 24, 8.45, 32.5),
    "social": (1350, 75, 5.56, 61.0),
    "display": (118, 6, 5.08, 10.3),
    "other_publicities": (65, 3, 4.62, 39.3),
    "email": (493, 15, 3.04, 52.2),
    "other": (150, 4, 2.67, 15.3),
}
"""Origin: leads, won, percent won, mean days from the day of first contact to the day of winning."""
WON_BY_MONTH = (3, 73, 113, 147, 207, 122, 57, 37, 33, 23, 21, 6)
"""From December 2017 on."""


@pytest.fixture(scope="module")
def olist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    example = EXAMPLES / "olist"
    home = lay_out(
        tmp_path_factory.mktemp("olist"), (example / "closedloop.yml").read_text("utf-8"), example / "seeds"
    )
    outcome = night(home)
    assert outcome.failures == ()
    return home


def test_origins_convert_as_published(olist: Path) -> None:
    rows = published(
        olist,
        """
        select
            lead_source,
            count(*),
            count(customer_at),
            round(100.0 * count(customer_at) / count(*), 2),
            round(avg(cast(customer_at as date) - cast(lead_at as date)), 1)
        from marts.fct_lead_to_deal
        group by lead_source
        """,
    )
    assert {source: tuple(figures) for source, *figures in rows} == ORIGINS


def test_the_funnel_and_the_revenue_are_whole(olist: Path) -> None:
    ((leads, mqls, won, revenue),) = published(
        olist,
        "select count(*), count(mql_at), count(customer_at), sum(won_amount) from marts.fct_lead_to_deal",
    )
    assert (leads, mqls, won) == (8000, 8000, 842)
    assert round(revenue / 1_000_000, 2) == Decimal("61.78")
    funnel = dict(
        published(
            olist,
            "select stage, sum(volume) from reports.rpt_funnel where funnel_kind = 'any_order' group by stage",
        )
    )
    assert (funnel["lead"], funnel["customer"]) == (8000, 842)


def test_deals_are_won_in_the_months_published(olist: Path) -> None:
    rows = published(
        olist,
        """
        select cast(date_trunc('month', closed_at) as date), count(*)
        from marts.fct_opportunity
        where is_won
        group by all
        order by all
        """,
    )
    assert rows[0][0] == date(2017, 12, 1)
    assert tuple(count for _, count in rows) == WON_BY_MONTH


def test_the_deal_won_before_its_first_contact_is_kept_and_flagged(olist: Path) -> None:
    rows = published(
        olist,
        """
        select
            cast(customer_at as date) - cast(lead_at as date),
            days_lead_to_customer < 0,
            is_out_of_order,
            current_stage,
            won_deal_count
        from marts.fct_lead_to_deal
        where customer_at < lead_at
        """,
    )
    assert rows == [(-2, True, True, "customer", 1)]


def test_the_books_balance(olist: Path) -> None:
    verdicts = published(olist, "select distinct verdict from reports.rpt_ledger")
    assert verdicts == [("balanced",)]
