"""Alerts as a service on this machine receives them: once per failure, without what is secret or personal.

Which failures there are is tested where they arise.
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from ingestion.errors import ClosedloopError
from orchestration.alerting.alerts import send
from orchestration.defs.resources import NightResource, plain_errors
from orchestration.settings import load_deployment
from tests.alert_receiver import Service, receiving
from tests.conftest import Call
from tests.deployments import lay_out


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with receiving() as server:
        monkeypatch.setenv("CLOSEDLOOP_ALERT_URLS", server.url())
        yield server


@pytest.fixture
def home(tmp_path: Path) -> Path:
    tables = {"crm_lead": {"path": "leads.csv"}}
    return lay_out(tmp_path / "acme", {"sources": {"crm": {"type": "files", "tables": tables}}})


@dg.asset
def broken(nights: NightResource) -> None:
    with plain_errors():
        raise ClosedloopError("gate 1 refused 1 load(s) of crm_lead:\n  line 3 'ada@example.com'")


@dg.asset
def whole(nights: NightResource) -> None:
    """A step that goes well."""


def run(home: Path, asset: dg.AssetsDefinition) -> bool:
    with dg.DagsterInstance.ephemeral() as instance:
        nights = NightResource(home=str(home))
        return dg.materialize(
            [asset], resources={"nights": nights}, instance=instance, raise_on_error=False
        ).success


def test_a_failed_run_is_told_once_without_rows(home: Path, service: Service) -> None:
    assert not run(home, broken)
    (told,) = service.received
    assert told["title"] == "closedloop: a night of acme failed"
    assert "broken: gate 1 refused 1 load(s) of crm_lead\n" in told["message"]
    assert "ada@example.com" not in told["message"]


def test_a_damaged_manifest_does_not_keep_the_alert_back(home: Path, service: Service) -> None:
    manifest = home / "data/landing/manifest.db"
    manifest.parent.mkdir(parents=True)
    manifest.write_bytes(b"no database" * 1000)
    assert not run(home, broken)
    assert [told["title"] for told in service.received] == ["closedloop: a night of acme failed"]


def test_a_night_goes_well_though_its_manifest_could_not_be_copied(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("orchestration.defs.resources.keep_copy", full)
    assert run(home, whole)
    assert "No space left on device" in caplog.text


def test_a_run_that_went_well_is_not_told(home: Path, service: Service) -> None:
    assert run(home, whole)
    assert service.received == []


def test_late_data_are_told_and_fail_nothing(home: Path, service: Service) -> None:
    text = (home / "closedloop.yml").read_text()
    (home / "closedloop.yml").write_text(text.replace("leads.csv", "leads.csv\n        expected_hours: 26"))
    assert run(home, whole)
    (told,) = service.received
    assert told["title"] == "closedloop: data of acme are late"
    assert told["message"] == "crm_lead of crm: nothing was landed yet, expected every 26"


def test_a_night_that_could_not_begin_is_told(home: Path, service: Service, call: Call) -> None:
    (home / ".env").write_text(f"CLOSEDLOOP_ALERT_URLS={service.url()}\n")
    (home / "closedloop.yml").write_text("surces: {}\n")
    assert call("--home", home, "run").status == 2
    (told,) = service.received
    assert told["title"] == "closedloop: a night of acme could not run"
    assert "the configuration has" in told["message"]


@pytest.mark.parametrize("broken", ["configuration", "folder"])
def test_a_night_of_dagster_that_could_not_begin_is_told_once(
    home: Path, service: Service, broken: str
) -> None:
    if broken == "configuration":
        (home / "closedloop.yml").write_text("surces: {}\n")
    else:
        load_deployment(home).layout.lock.mkdir(parents=True)
    assert not run(home, whole)
    (told,) = service.received
    assert told["title"] == "closedloop: a night of acme could not run"
    assert {"configuration": "the configuration has", "folder": "cannot be written to"}[broken] in told[
        "message"
    ]


def test_a_night_at_work_is_no_news_of_an_intraday_run(home: Path, service: Service, call: Call) -> None:
    lock = load_deployment(home).layout.lock
    lock.parent.mkdir(parents=True)
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for only, titles in (
            (("--only", "sla"), []),
            ((), ["closedloop: a night of acme could not run"]),
        ):
            result = call("--home", home, "run", *only)
            assert result.status == 1
            assert "is in use by" in result.err
            assert [told["title"] for told in service.received] == titles


def test_a_service_that_fails_stops_nothing_and_its_url_is_not_told(
    home: Path,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    unreachable = "json://someone:pa55word@127.0.0.1:9/secret-path"
    monkeypatch.setenv("CLOSEDLOOP_ALERT_URLS", f"{unreachable}, nonsense://pa55word {service.url()}")
    with caplog.at_level(logging.DEBUG):
        assert run(home, whole)
        send(f"{unreachable}, nonsense://pa55word {service.url()}", "title", ["line"])
    assert [told["message"] for told in service.received] == ["line"]
    ours = [record.getMessage() for record in caplog.records if record.name == "closedloop.alerts"]
    assert "the alert could not be delivered through JSON" in ours
    printed = capfd.readouterr()
    for text in (caplog.text, printed.out, printed.err):
        assert "pa55word" not in text
        assert "secret-path" not in text
