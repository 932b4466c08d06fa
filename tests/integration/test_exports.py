"""Dirty exports of several CRMs and marketing tools in one deployment and one night, mapped by configuration alone.

Every expected value is worked out by hand from the rows of `exports`. What each kind of dirt does to a file alone is
the business of the unit tests.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.landing.manifest import Manifest
from ingestion.quarantine import list_quarantined
from orchestration.agreement.seed_schemas import SEEDS
from orchestration.settings import load_deployment
from tests.deployments import lay_out, night, published
from tests.integration.exports import AGREED, CONFIGURATION, write_exports


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    seeds = folder / "agreed"
    seeds.mkdir()
    for seed in SEEDS:
        lines = [",".join(seed.header), *AGREED.get(seed.name, [])]
        (seeds / seed.file).write_text("\n".join(lines), "utf-8")
    home = lay_out(folder / "home", CONFIGURATION, seeds)
    write_exports(home)
    assert night(home).failures == ()
    return home


def test_every_journey_is_as_its_exports_tell(exports: Path) -> None:
    rows = published(
        exports,
        """
        select lead_id, strftime(lead_at, '%m-%d %H:%M'), strftime(coalesce(mql_at, sql_at), '%m-%d %H:%M'),
            strftime(coalesce(customer_at, closed_lost_at), '%m-%d %H:%M'), current_stage, potential_value, won_amount
        from marts.fct_lead_to_deal
        """,
    )
    assert {lead: tuple(rest) for lead, *rest in rows} == {
        # 13:05 in Berlin's winter; its deal was closed in summer time.
        "hub-101": ("03-04 12:05", "03-05 08:00", "04-01 10:00", "customer", Decimal("1234.50"), 12500),
        # 02:30 was skipped on 30 March: the instant of the jump.
        "hub-102": ("03-30 01:00", None, None, "opportunity", None, 0),
        # 00:30 in Shanghai is the day before; New York skipped 02:30 on 9 March; the closing day begins in UTC.
        "L1": ("02-28 16:30", "03-09 07:00", "05-01 00:00", "customer", 1600, 10000),
        "xl-7": ("01-15 14:00", None, "02-10 22:00", "closed_lost", None, 0),
        # A number is written with a point in JSON, whatever the source's style is: 1234.567 USD.
        "pd-7": ("05-05 08:15", None, None, "lead", Decimal("1111.11"), 0),
        "pd-8": ("05-06 08:15", None, None, "lead", None, 0),
        "d1": ("06-01 08:00", "06-03 09:00", None, "sql", None, 0),
        "d4": ("05-20 08:00", None, None, "lead", None, 0),
        "d6": ("06-04 08:00", None, None, "lead", None, 0),
        "d7": ("06-06 08:00", None, None, "lead", None, 0),
    }


def test_deals_have_their_amounts_links_and_people(exports: Path) -> None:
    rows = published(
        exports,
        """
        select opportunity_id, fct_opportunity.amount_reporting, link_rule, is_closed, is_won,
            closed_at::date::varchar, lead_id
        from marts.fct_opportunity
        left join marts.bridge_journey_opportunity using (opportunity_id, link_rule)
        left join marts.fct_lead_to_deal using (journey_id)
        order by all
        """,
    )
    assert rows == [
        ("C1", 10000, "lead", True, True, "2025-05-01", "L1"),
        ("hub-9001", 12500, "lead", True, True, "2025-04-01", "hub-101"),
        ("hub-9002", 800, "lead", False, False, None, "hub-102"),
        ("xl-70", 1800, "lead", True, False, "2025-02-10", "xl-7"),  # 1,999.995 * 0.9 = 1,799.9955
    ]


def test_touches_and_calls_find_their_people(exports: Path) -> None:
    touches = published(
        exports,
        """
        select touch_id, strftime(occurred_at, '%m-%d %H:%M'), channel, fct_touch.source_confidence, lead_id
        from marts.fct_touch left join marts.fct_lead_to_deal using (person_id) order by touch_id
        """,
    )
    assert touches == [
        ("1", "03-01 09:00", "paid_search", "utm", "hub-101"),
        ("2", "04-01 00:00", "unknown", "inferred", "d4"),  # the address of a merged lead
        ("3", "04-02 00:00", "unknown", "inferred", None),
    ]
    calls = published(
        exports,
        """
        select activity_id, lead_id, attempt_number, is_contact
        from marts.fct_sales_activity left join marts.fct_lead_to_deal using (journey_id) order by activity_id
        """,
    )
    assert calls == [("c1", "d1", 1, False), ("c2", "d1", 2, True), ("c3", "d4", None, False)]


def test_nothing_is_lost_and_only_what_cannot_be_read_is_quarantined(exports: Path) -> None:
    assert published(exports, "select distinct verdict from reports.rpt_ledger") == [("balanced",)]
    deployment = load_deployment(exports)
    groups = list_quarantined(deployment.layout, Manifest(deployment.layout.manifest_db))
    assert {(group.source, group.table, group.column, group.rule): group.rows for group in groups} == {
        ("china", "crm_lead", "created_at", "readable"): 1,  # 2025年3月
        ("daily", "crm_lead", "", "unreadable_row"): 1,  # the cut last line
        ("hub_became_mql", "crm_lead_history", "changed_at", "required"): 1,  # never became one
    }
