"""A day of a small company: a night, then a run of the CRM alone that moves the clocks.

How clocks are judged is tested with the models; here what an intraday run lands and publishes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from ingestion.landing.manifest import Manifest
from orchestration.landing import land_table
from orchestration.night import Night
from orchestration.publish import current, versions
from orchestration.settings import load_deployment
from tests.alert_receiver import Service, receiving
from tests.conftest import Call
from tests.deployments import lay_out, night, published

# A Monday. New York opens at 13:00 UTC; a first response is due in two open hours and at risk after one.
MORNING, NOON = datetime(2026, 6, 22, 14), datetime(2026, 6, 22, 15)

EXPORTS = {
    "crm_user": {"1": "user_id,team,calendar_id\nu1,East,americas\n"},
    "crm_lead": {
        "1": "lead_id,created_at,email,lead_source,owner_user_id\nl1,2026-06-22T12:00Z,ada@example.com,Web,u1\n",
        "2": "lead_id,created_at,email,lead_source,owner_user_id\nl2,2026-06-22T14:05Z,bob@example.com,Web,u1\n",
    },
    "crm_lead_history": {
        "1": "history_id,lead_id,field,old_value,new_value,changed_at\nh1,l1,status,New,MQL,2026-06-22T13:30Z\n",
        "2": "history_id,lead_id,field,old_value,new_value,changed_at\nh2,l2,status,New,MQL,2026-06-22T14:10Z\n",
    },
    "crm_opportunity": {
        "2": "opportunity_id,lead_id,created_at,closed_at,is_won,amount\n"
        "d1,l2,2026-06-22T14:20Z,2026-06-22T14:40Z,true,10000\n"
    },
    "marketing_touch": {
        "1": "touch_id,email,occurred_at,touch_type,utm_source,utm_medium\n"
        "t1,ada@example.com,2026-06-22T11:00Z,form_submit,google,cpc\n",
        "2": "touch_id,email,occurred_at,touch_type,utm_source,utm_medium\n"
        "t2,bob@example.com,2026-06-22T14:00Z,form_submit,google,cpc\n",
    },
    "campaign": {"1": "campaign_id,name\nc1,Spring\n", "2": "campaign_id,name\nc2,Summer\n"},
}

CLOCKS = (
    "select journeys.lead_id, events.status from marts.fct_sla_event as events "
    "inner join marts.fct_lead_to_deal as journeys on events.journey_id = journeys.journey_id "
    "where events.commitment = 'first_response' order by 1"
)
UNBALANCED = "select identity from reports.rpt_ledger where verdict <> 'balanced'"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with receiving() as server:
        monkeypatch.setenv("CLOSEDLOOP_ALERT_URLS", server.url())
        # Nothing is told of a moment still to come.
        monkeypatch.setattr("orchestration.alerting.breaches.now", lambda: NOON)
        yield server


def company(home: Path, *parts: str) -> Path:
    """A deployment of these exports, of which only `parts` have come."""
    tables = {table: {"path": f"exports/{table}/*.csv"} for table in EXPORTS}
    lay_out(home, {"sources": {"crm": {"type": "files", "tables": tables}}})
    come(home, *parts)
    return home


def come(home: Path, *parts: str) -> None:
    for table, files in EXPORTS.items():
        (home / "exports" / table).mkdir(parents=True, exist_ok=True)
        for part in {*parts} & {*files}:
            (home / "exports" / table / f"{part}.csv").write_text(files[part])


def units(home: Path, table: str) -> int:
    return len(Manifest(home / "data/landing/manifest.db").loads(table=table))


def titles(service: Service) -> list[str]:
    """What was told since the last time, in no order."""
    told = sorted(alert["title"].removeprefix("closedloop: ") for alert in service.received)
    service.received.clear()
    return told


def test_an_intraday_run_lands_the_crm_moves_the_clocks_tells_of_them_and_publishes_one_piece(
    tmp_path: Path, service: Service, call: Call
) -> None:
    home = company(tmp_path / "home", "1")
    assert not night(home, MORNING).failures
    assert published(home, CLOCKS) == [("l1", "pending")]
    # Its lead lacks what a handoff must bring.
    assert titles(service) == ["marketing of home: 1 breached"]

    come(home, "2")
    # A night that was killed before gate 1 left its touches waiting; campaigns it had not come to.
    land_table(Night("killed", MORNING, load_deployment(home)), "marketing_touch")
    run = call("--home", home, "run", "--only", "sla", "--as-of", NOON.isoformat())
    assert run.status == 0, run.out
    assert "Promises of sales and marketing" in run.out
    assert published(home, CLOCKS) == [("l1", "at_risk"), ("l2", "pending")]
    assert published(home, UNBALANCED) == []
    for table in ("reports.rpt_channel_performance", "marts.fct_lead_to_deal"):
        assert published(home, f"select sum(won_amount) from {table}") == [(10000,)]
    # What waited for gate 1 is judged, what was not landed stays for the night.
    assert published(home, "select count(*) from marts.fct_touch") == [(2,)]
    assert (units(home, "crm_lead"), units(home, "campaign")) == (2, 1)
    live = current(home / "data/published")
    assert (live.as_of, live.only) == (NOON, "sla")
    assert [version.only for version in versions(home / "data/published")] == ["sla", None]

    assert titles(service) == ["East of home: 1 at risk", "marketing of home: 1 breached"]

    # Built anew from the same rows at the same moment, it is the same version.
    assert night(home, NOON, only="sla", full_refresh=True).is_unchanged
    assert titles(service) == []
