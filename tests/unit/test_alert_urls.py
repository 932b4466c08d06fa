"""URLs of alerts in the configuration: mistakes are told, and no secret with them.

What is sent there is tested in test_breaches and in the integration tests.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.settings import read_deployment
from tests.conftest import Call
from tests.deployments import lay_out


def company(home: Path, **options: object) -> Path:
    tables = {"crm_lead": {"path": "leads.csv"}}
    return lay_out(home, {"sources": {"crm": {"type": "files", "tables": tables}}, **options})


def test_urls_that_name_no_service_are_noted_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    monkeypatch.setenv("CLOSEDLOOP_ALERT_URLS", "json://localhost, nonsense://pa55word another://pa55word")
    monkeypatch.setenv("EAST", "slak://pa55word")
    home = company(tmp_path, team_alert_urls={"East": "${EAST}"})
    (home / "leads.csv").write_text("lead_id,created_at\n1,2026-01-01\n")
    checked = call("--home", home, "check")
    assert checked.status == 0
    assert "CLOSEDLOOP_ALERT_URLS: found 2 URL(s) that name no service" in checked.out
    assert "line 8, team_alert_urls.East: found 1 URL(s) that name no service" in checked.out
    assert "pa55word" not in checked.out + checked.err


@pytest.mark.parametrize("urls", ["${TOKEN}", {"East": ["${TOKEN}"]}])
def test_a_mistake_beside_a_secret_does_not_show_it(
    tmp_path: Path, urls: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "json://pa55word@localhost")
    _, problems = read_deployment(company(tmp_path, team_alert_urls=urls))
    assert any("team_alert_urls" in str(problem) for problem in problems)
    assert "pa55word" not in str(problems)
