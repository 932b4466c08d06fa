"""A company whose exports hold all the dirt of everyday life at once publishes what its systems know.

Two nights of dirty files (tests/integration/company/dirty.yml) against the same rows as plain CSV (company/clean).
Single kinds of dirt are tested in the units; docs/dirty-input.md lists them.
"""

from __future__ import annotations

import csv
import gzip
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

import orchestration.defs.landing as landing_steps
from ingestion.landing.manifest import Manifest
from ingestion.quarantine import QuarantinedRow, show_quarantined
from orchestration.agreement import AgreementError
from orchestration.publish import current
from orchestration.settings import load_deployment
from orchestration.transform.project import lay_out as freeze
from orchestration.transform.warehouse import note_night
from tests.conftest import Call
from tests.deployments import lay_out, night, published
from tests.integration import dirty_files as dirty

COMPANY = Path(__file__).parent / "company"
CLEAN = COMPANY / "clean"
"""What the company's systems know, a file per contract table: UTF-8, instants in UTC, amounts with a point."""

AS_KNOWN = {
    "fct_opportunity": "opportunity_id, account_id, owner_user_id, stage, amount, currency, created_at, close_date, "
    "is_closed, is_won",
    "dim_account": "account_id, name, domain, industry, employee_count, created_at",
    "dim_campaign": "campaign_id, name, channel, start_date, end_date, budget",
    "fct_touch": "touch_id, touch_type, campaign_id, occurred_at",
    "fct_sales_activity": "activity_id, activity_type, direction, outcome, occurred_at",
}
"""Columns of marts that say what a system said, without further ado."""
SOURCES = dict(
    zip(
        AS_KNOWN,
        ("crm_opportunity", "crm_account", "campaign", "marketing_touch", "crm_activity"),
        strict=True,
    )
)

QUARANTINED = [
    ("exports/accounts-2.parquet", 2, "readable", "employee_count", "found 'many', expected a whole number"),
    ("exports/activities.jsonl.gz", 7, "required", "activity_id", "found nothing, expected a value"),
    ("exports/activities.jsonl.gz", 8, "unreadable_row", "", "found no valid JSON"),
    ("exports/contacts.csv", 5, "unreadable_row", "", "found 6 cells; expected 5"),
    ("exports/deals.txt", 5, "readable", "amount", "found 'auf Anfrage', expected an amount"),
    ("exports/deals.txt", 6, "readable", "created_at", "found '30.02.2026 09:00', expected an ISO-8601 time"),
    ("exports/leads-1.csv", 11, "readable", "created_at", "found '0/0/0000 0:00 AM', expected an ISO-8601"),
    ("exports/leads-1.csv", 12, "required", "lead_id", "found nothing, expected a value"),
    ("exports/leads-1.csv", 13, "required", "lead_id", "found nothing, expected a value"),
    ("exports/leads-1.csv", 14, "unreadable_row", "", "found 2 cells; expected 16"),
    ("exports/leads-1.csv", 15, "unreadable_row", "", "found a quote that does not close in this row"),
    ("exports/leads-2.csv", 5, "readable", "created_at", "found '#REF!', expected an ISO-8601 time"),
    ("exports/leads-2.csv", 6, "unreadable_row", "", "found a value in column 15"),
    ("exports/people.csv", 4, "unreadable_row", "", "found a quote that does not close in this row"),
    ("exports/spend.csv", 7, "readable", "spend", "found 'see invoice', expected an amount"),
    ("exports/spend.csv", 8, "readable", "spend_date", "found '22.02.2026', expected an ISO-8601 date"),
    ("exports/touches.csv", 13, "required", "touch_id", "found nothing, expected a value"),
    ("exports/touches.csv", 14, "required", "touch_id", "found nothing, expected a value"),
    ("exports/历史.csv", 13, "unreadable_row", "", "found bytes that are not gb18030; expected text"),
]
"""Unit, line, rule, column and reason of every row of the first night that no one can read."""
QUARANTINED_LATER = [("exports/leads-5.csv", 4, "readable", "employee_count", "found 'about sixty'")]


class Company(NamedTuple):
    """Both deployments after their nights, what the dirty one had quarantined and how many MQLs it had published after
    its first, and what the nights said.
    """

    clean: Path
    dirty: Path
    quarantined_first: list[QuarantinedRow]
    first_mqls: int
    said: list[str]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder = tmp_path_factory.mktemp("company")
    with saying() as said:
        plain = lay_out(folder / "clean", _plain_configuration())
        shutil.copytree(CLEAN, plain / "exports")
        _leave_an_older_warehouse(plain)
        assert night(plain).failures == ()

        home = lay_out(folder / "dirty", (COMPANY / "dirty.yml").read_text("utf-8"))
        _drop_first(home / "exports")
        with seeds_edited_meanwhile(home):
            assert night(home).failures == ()
        quarantined = _quarantined(home)
        ((mqls,),) = published(home, "select count(mql_at) from marts.fct_lead_to_deal")
        shutil.copytree(plain / "seeds", home / "seeds", dirs_exist_ok=True)
        _drop_second(home / "exports")
        assert night(home).failures == ()
    return Company(plain, home, quarantined, mqls, said)


def _known(table: str) -> list[dirty.Row]:
    with (CLEAN / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _plain_configuration() -> dict[str, Any]:
    tables = {path.stem: {"path": f"exports/{path.name}"} for path in CLEAN.iterdir()}
    crm = {table: how for table, how in tables.items() if table.startswith("crm_")}
    marketing = {table: how for table, how in tables.items() if table not in crm}
    return {
        "as_of": "2026-07-01T00:00:00Z",
        "sources": {
            "crm": {"type": "files", "tables": crm},
            "marketing": {"type": "files", "tables": marketing},
        },
    }


def _drop_first(folder: Path) -> None:
    folder.mkdir()
    leads = _known("crm_lead")
    (folder / "leads-1.csv").write_bytes(dirty.leads_of_a_us_crm(leads[:5]))
    dirty.write_workbook(folder / "leads-2.csv", leads[5:7])
    (folder / "leads-3.csv").write_text(",".join(dirty.LEAD_HEADERS))
    (folder / "leads-4.csv").touch()
    (folder / "历史.csv").write_bytes(dirty.chinese_history(_known("crm_lead_history")))
    (folder / "deals.txt").write_bytes(dirty.german_deals(_known("crm_opportunity")))
    dirty.write_accounts(folder, _known("crm_account"))
    (folder / "contacts.csv").write_bytes(dirty.contacts(_known("crm_contact")))
    (folder / "users.txt").write_bytes(dirty.unicode_text(_known("crm_user")))
    (folder / "activities.jsonl.gz").write_bytes(gzip.compress(dirty.activities(_known("crm_activity"))))
    whole = dirty.plain(_known("marketing_contact"))
    (folder / "people.csv").write_bytes(whole[: whole.index(b'late""') + 3])
    (folder / "touches.csv").write_bytes(dirty.touches(_known("marketing_touch")))
    (folder / "campaigns.csv").write_bytes(dirty.campaigns(_known("campaign")))
    (folder / "spend.csv").write_bytes(dirty.spend(_known("ad_spend")))
    visits = dirty.plain(_known("web_visit_daily"))
    (folder / "visits.csv").write_bytes(visits.split(b"\n")[0])
    (folder / "visits-2.gz").write_bytes(gzip.compress(visits))


def _drop_second(folder: Path) -> None:
    """A cut file sent again, whole, and leads without a column they had."""
    (folder / "people.csv").write_bytes(dirty.plain(_known("marketing_contact")))
    (folder / "leads-5.csv").write_bytes(dirty.later_leads(_known("crm_lead")[7:]))


def _leave_an_older_warehouse(home: Path) -> None:
    path = load_deployment(home).layout.warehouse
    path.parent.mkdir()
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema landing")
        note_night(connection, "run-0", datetime(2026, 6, 1), "key", "rules", False)
        connection.execute("update landing.night set warehouse_format = '1'")


@contextmanager
def seeds_edited_meanwhile(home: Path) -> Iterator[None]:
    """Break the agreement as soon as the night has begun to land."""
    land = landing_steps.land_table

    def edit_and_land(*arguments: Any) -> Any:
        (home / "seeds/stage_mapping.csv").write_text(
            "source_system,object,value,stage\n*,lead,New,nowhere\n"
        )
        return land(*arguments)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(landing_steps, "land_table", edit_and_land)
        yield
    with pytest.raises(AgreementError, match=r"stage_mapping.csv, line 2.*nowhere"):
        freeze(load_deployment(home))


@contextmanager
def saying() -> Iterator[list[str]]:
    """What the work logs meanwhile."""
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    logger = logging.getLogger("closedloop")
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


def _quarantined(home: Path) -> list[QuarantinedRow]:
    layout = load_deployment(home).layout
    return sorted(
        show_quarantined(layout, Manifest(layout.manifest_db)), key=lambda row: (row.unit, row.line)
    )


def test_every_mart_and_report_is_that_of_the_plain_files(company: Company) -> None:
    plain, soiled = (
        {table.full_name: table.content for table in current(home / "data/published").tables}
        for home in (company.clean, company.dirty)
    )
    # What counts rows by what became of them tells the two apart, and has to.
    assert {name for name in plain if plain[name] != soiled[name]} == {
        "reports.rpt_data_quality",
        "reports.rpt_ledger",
    }


@pytest.mark.parametrize("mart", AS_KNOWN)
def test_marts_say_what_the_systems_know(company: Company, mart: str) -> None:
    columns = AS_KNOWN[mart]
    with duckdb.connect(str(company.dirty / "data/published/closedloop.duckdb"), read_only=True) as session:
        types = session.sql(f"describe select {columns} from marts.{mart}").fetchall()
        cast = ", ".join(f"cast(nullif({name}, '') as {sql_type})" for name, sql_type, *_ in types)
        known = f"select {cast} from read_csv('{CLEAN}/{SOURCES[mart]}.csv', all_varchar = true)"
        found = session.sql(f"select {columns} from marts.{mart} order by all").fetchall()
        assert found == session.sql(f"{known} order by all").fetchall()
        assert found


def _assert_quarantined(found: list[QuarantinedRow], expected: list[tuple]) -> None:
    assert [(row.unit, row.line, row.rule, row.column) for row in found] == [row[:4] for row in expected]
    for row, (*_, reason) in zip(found, expected, strict=True):
        assert reason in row.reason, row


def test_every_row_that_no_one_can_read_says_where_it_stands_and_why(company: Company) -> None:
    _assert_quarantined(company.quarantined_first, QUARANTINED)
    _assert_quarantined(_quarantined(company.dirty), sorted([*QUARANTINED, *QUARANTINED_LATER]))
    kept = {(row.unit, row.line): row for row in company.quarantined_first}
    assert kept["exports/contacts.csv", 5].original.endswith('"2026-03-10T09:00:00Z"|"one too many"')
    assert kept["exports/leads-1.csv", 11].received["E-Mail"] == " JOERG@MUELLER.EXAMPLE "
    assert kept["exports/people.csv", 4].original == 'm3,eve@late.example,"Eve, ""lat'


def test_the_command_shows_them_and_says_what_to_do(company: Company, call: Call) -> None:
    shown = call("--home", company.dirty, "quarantine", "show", "--limit", "0").out
    for unit, line, rule, *_ in QUARANTINED:
        assert any({unit, str(line), rule} <= set(text.split()) for text in shown.splitlines()), (unit, line)
    for rule in ("readable: ", "required: ", "unreadable_row: "):
        assert rule in shown


def test_no_row_is_lost(company: Company) -> None:
    layout = load_deployment(company.dirty).layout
    loads = Manifest(layout.manifest_db).loads()
    assert all(load.rows == load.admitted_rows + load.quarantined_rows for load in loads)
    rows = {Path(load.unit).name: (load.rows, load.admitted_rows) for load in loads}
    assert rows["leads-1.csv"] == (12, 7), "five leads, two of them twice, and five rows that no one can read"
    assert rows["leads-3.csv"] == rows["leads-4.csv"] == rows["visits.csv"] == (0, 0)
    assert published(company.dirty, "select count(*) from reports.rpt_ledger where verdict = 'broken'") == [
        (0,)
    ]


def test_what_vanished_and_what_is_strange_is_counted(company: Company) -> None:
    counted = published(
        company.dirty,
        "select check_name, table_name, subject, failed_rows from reports.rpt_data_quality "
        "where check_name like 'gate_1%' and failed_rows > 0",
    )
    assert ("gate_1_column_present", "crm_lead", "job_title", 3) in counted
    assert {check for check, *_ in counted} == {
        *("gate_1_column_present", "gate_1_readable", "gate_1_required", "gate_1_unreadable_row")
    }


def test_an_agreement_edited_meanwhile_counts_from_the_next_night_on(company: Company) -> None:
    assert company.first_mqls == 4, "the statuses of four leads, mapped as agreed when the night began"


def test_a_cut_file_sent_again_whole_brings_what_was_missing(company: Company) -> None:
    query = "select record_count from restricted.dim_person where email = 'eve@late.example'"
    path = company.dirty / "data/published/closedloop_restricted.duckdb"
    with duckdb.connect(str(path), read_only=True) as session:
        assert session.execute(query).fetchall() == [(2,)], "her lead, and her marketing contact"


def test_a_warehouse_of_an_older_version_is_built_anew(company: Company) -> None:
    (told,) = [text for text in company.said if text.startswith("the warehouse is built anew")]
    assert "it is of format 1" in told
