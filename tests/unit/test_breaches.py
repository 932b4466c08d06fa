"""What teams are told of breaches: each once, one digest a team, bounded, and nothing lost to a service that fails.

The rows come from a published version made by hand; that a run tells at its end is tested in the integration tests.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from orchestration.alerting.alert_log import AlertLog
from orchestration.alerting.breaches import Promise, digest, tell_breaches
from orchestration.settings import load_deployment
from tests.alert_receiver import Service, receiving
from tests.deployments import lay_out
from tests.sample_warehouse import publish_warehouse

NOW = datetime(2026, 6, 22, 15)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the day after."""
    monkeypatch.setattr("orchestration.alerting.breaches.now", lambda: NOW + timedelta(days=1))


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with receiving() as server:
        monkeypatch.setenv("CLOSEDLOOP_ALERT_URLS", server.url("all"))
        yield server


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return company(tmp_path / "acme")


def company(home: Path, **options: object) -> Path:
    tables = {"crm_lead": {"path": "leads.csv"}}
    return lay_out(home, {"sources": {"crm": {"type": "files", "tables": tables}}, **options})


def late(number: int, status: str = "breached", team: str | None = "East", **given: object) -> dict:
    """A row of the report as a promise; number 1 is the most valuable."""
    return {
        "sla_event_id": f"e{number}",
        "status": status,
        "commitment": "first_response",
        "owed_by": "sales",
        "team": team,
        "late_since": NOW - timedelta(hours=1) if status == "breached" else NOW + timedelta(hours=1),
        "rank": number,
        **given,
    }


def publish(home: Path, rows: list[dict], as_of: datetime = NOW) -> None:
    """Publish a version whose report has these rows."""
    warehouse = home / "data/warehouse.duckdb"
    warehouse.parent.mkdir(exist_ok=True)
    warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema marts; create schema reports")
        connection.execute(
            "create table reports.rpt_sla_breaches (sla_event_id text, journey_id text, status text, commitment text, "
            "owed_by text, team text, owner_user_id text, company_name text, late_since timestamp, "
            "minutes_late double, potential_value decimal(18, 2), rank bigint)"
        )
        connection.execute("create table marts.fct_sla_event (sla_event_id text, ended_at timestamp)")
        connection.execute("create table marts.fct_lead_to_deal (journey_id text, lead_id text)")
        for row in rows:
            names, number = ", ".join(row), row["rank"]
            connection.execute(
                f"insert into reports.rpt_sla_breaches (journey_id, {names}) "
                f"values ('j{number}', {', '.join('?' * len(row))})",
                list(row.values()),
            )
            connection.execute("insert into marts.fct_sla_event values (?, null)", [row["sla_event_id"]])
            connection.execute(f"insert into marts.fct_lead_to_deal values ('j{number}', 'l{number}')")
    publish_warehouse(warehouse, home / "data/published", as_of=as_of, inputs_key=f"{as_of} {rows}")


def tell(home: Path) -> None:
    tell_breaches(load_deployment(home))


def titles(service: Service) -> list[str]:
    return [told["title"] for told in service.received]


def promise(number: int, **given: object) -> Promise:
    named = {
        "sla_event_id": f"e{number}",
        "status": "breached",
        "commitment": "first_response",
        "team": "East",
        "lead_id": f"l{number}",
        "company_name": "Acme",
        "owner_user_id": "u1",
        "late_since": datetime(2026, 6, 22, 14),
        "minutes_late": 60.0,
        "is_running": True,
        "potential_value": Decimal("12000.00"),
    }
    return Promise(**(named | given))


def test_a_digest_says_what_to_do_about_which_lead() -> None:
    promises = [
        promise(1),
        promise(2, is_running=False, minutes_late=95.4, potential_value=None),
        promise(3, commitment="acceptance", is_running=False, minutes_late=180.0, company_name=None),
        promise(4, status="at_risk", commitment="attempts", late_since=datetime(2026, 6, 22, 22, 30)),
        promise(5, commitment="attempts"),
        promise(6, commitment="handoff", is_running=False, owner_user_id=None, lead_id=None),
    ]
    worth = "worth 12,000.00 EUR"
    assert digest(promises, NOW, BERLIN, "EUR") == [
        "New as of 2026-06-22 17:00 (Europe/Berlin):",
        "- breached: first response, lead l1, Acme, owner u1, was due 2026-06-22 16:00, not done yet, "
        + worth,
        "- breached: first response, lead l2, Acme, owner u1, was due 2026-06-22 16:00, done 95 minutes late",
        "- breached: acceptance, lead l3, owner u1, was due 2026-06-22 16:00, done 3 hours late, " + worth,
        "- at risk: attempts, lead l4, Acme, owner u1, due 2026-06-23 00:30, " + worth,
        "- breached: attempts, lead l5, Acme, owner u1, was due 2026-06-22 16:00, not done in time, " + worth,
        "- breached: handoff, no lead, Acme, no owner, handed over incomplete 2026-06-22 16:00, " + worth,
    ]


def test_a_digest_names_the_most_valuable_and_counts_the_rest() -> None:
    lines = digest([promise(number) for number in range(1, 2514)], NOW, BERLIN, "EUR")
    assert [line.split(", ")[1] for line in lines[1:-1]] == [f"lead l{number}" for number in range(1, 11)]
    assert lines[-1] == "and 2,503 more. All of them are in reports.rpt_sla_breaches."


def test_each_is_told_once_in_each_status(home: Path, service: Service) -> None:
    publish(home, [late(1, "at_risk"), late(2)])
    tell(home)
    tell(home)
    assert titles(service) == ["closedloop: East of acme: 1 breached, 1 at risk"]
    later = NOW + timedelta(hours=2)
    publish(home, [late(1), late(2), late(3, "at_risk")], later)
    tell(home)
    tell(home)
    assert titles(service)[1:] == ["closedloop: East of acme: 1 breached, 1 at risk"]
    told = service.received[1]["message"]
    assert ("lead l1" in told, "lead l2" in told, "lead l3" in told) == (True, False, True)


def test_what_broke_long_ago_is_left_to_the_report(home: Path, service: Service) -> None:
    publish(home, [late(number, late_since=NOW - timedelta(days=8)) for number in range(1, 5)] + [late(5)])
    tell(home)
    assert titles(service) == ["closedloop: East of acme: 1 breached"]


def test_a_version_of_the_past_tells_nothing(home: Path, service: Service) -> None:
    publish(home, [late(1)])
    tell(home)
    past = NOW - timedelta(days=30)
    publish(home, [late(2, late_since=past)], past)
    tell(home)
    assert len(service.received) == 1


def test_a_version_of_the_future_tells_nothing_and_mutes_nothing(
    home: Path, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    future = NOW + timedelta(days=400)
    publish(home, [late(1, late_since=future), late(2, late_since=future)], future)
    tell(home)
    assert service.received == []
    assert "speaks for a moment that is still to come" in caplog.text
    # Nor does what was told for such a moment before that was refused.
    AlertLog(home / "data/alerts.db").note("another", [("e9", "breached")], future)
    publish(home, [late(1)])
    tell(home)
    assert titles(service) == ["closedloop: East of acme: 1 breached"]


def test_teams_have_digests_and_services_of_their_own(
    home: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEST_URLS", service.url("west"))
    (home / ".env").write_text(f"DEMAND={service.url('demand')}, {service.url('copy')}\n")
    company(home, team_alert_urls={" west": "${WEST_URLS}", "Marketing": "${DEMAND}"})
    publish(
        home,
        [
            late(1),
            late(2, team="West"),
            late(3, team=None),
            late(4, team="West", commitment="handoff", owed_by="marketing"),
        ],
    )
    tell(home)
    assert sorted((told["path"], told["title"].split(": ")[1]) for told in service.received) == [
        ("all", "East of acme"),
        ("all", "unassigned of acme"),
        ("copy", "marketing of acme"),
        ("demand", "marketing of acme"),
        ("west", "West of acme"),
    ]


def test_a_url_that_names_no_service_is_said_once_for_all_teams(
    home: Path, service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("CLOSEDLOOP_ALERT_URLS", f"{service.url('all')} nonsense://pa55word")
    publish(home, [late(1), late(2, team="West"), late(3, team="South")])
    tell(home)
    assert len(service.received) == 3
    assert caplog.text.count("cannot be read by apprise") == 1


def test_what_could_not_be_delivered_is_told_with_the_next_run_and_to_nobody_else(
    home: Path, service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    publish(home, [late(1)])
    with receiving() as other:
        other.is_broken = True
        monkeypatch.setenv("CLOSEDLOOP_ALERT_URLS", f"{service.url('pa55word')} {other.url('pa55word')}")
        tell(home)
        assert (len(service.received), len(other.received)) == (1, 0)
        assert "the alert could not be delivered through JSON" in caplog.text
        other.is_broken = False
        tell(home)
        tell(home)
        assert (len(service.received), len(other.received)) == (1, 1)
    assert "pa55word" not in caplog.text
    assert b"pa55word" not in (home / "data/alerts.db").read_bytes()


def test_a_run_killed_while_it_told_does_not_tell_twice(
    home: Path, service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def killed(_: object, __: str) -> None:
        raise KeyboardInterrupt

    publish(home, [late(1), late(2, "at_risk")])
    with monkeypatch.context() as patched:
        patched.setattr(AlertLog, "confirm", killed)
        with pytest.raises(KeyboardInterrupt):
            tell(home)
    assert len(service.received) == 1
    tell(home)
    assert "a run was killed while it told of 2 breaches" in caplog.text
    caplog.clear()
    tell(home)
    assert (len(service.received), caplog.text) == (1, "")


def test_nothing_that_goes_wrong_is_raised(
    home: Path, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    tell(home)  # nothing is published yet
    publish(home, [late(1)])
    (home / "data/alerts.db").write_bytes(b"no database" * 1000)
    with caplog.at_level(logging.WARNING):
        tell(home)
    assert "teams were not told of breaches: file is not a database" in caplog.text
    assert service.received == []


def test_without_a_service_nothing_is_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLOSEDLOOP_ALERT_URLS", raising=False)
    publish(home, [late(1)])
    tell(home)
    assert not (home / "data/alerts.db").exists()
