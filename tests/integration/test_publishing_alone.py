"""The published version asked for on its own, as from Dagster's page: only a finished night goes live, of its moment.

What the steps of a whole night do is tested with the nights.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from orchestration.defs.publish import published_version
from orchestration.defs.resources import NightResource
from orchestration.defs.transform import models
from orchestration.failures import failures
from orchestration.publish import current
from orchestration.settings import Deployment, load_deployment
from orchestration.transform.dbt import NodeResult
from orchestration.transform.parsed_project import manifest_path
from orchestration.transform.warehouse import connect, mark_built, note_night
from tests.deployments import lay_out
from tests.empty_marts import empty_marts, write

EVENING = datetime(2026, 7, 1)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A deployment whose warehouse holds a night, its models built and empty."""
    home = lay_out(
        tmp_path / "home", {"sources": {"crm": {"type": "files", "tables": {"crm_lead": {"path": "*.csv"}}}}}
    )
    warehouse = load_deployment(home).layout.warehouse
    warehouse.parent.mkdir(parents=True)
    empty_marts(warehouse)
    with connect(warehouse, "1GB", 1) as connection:
        connection.execute("create schema landing")
        note_night(connection, "run", EVENING, "inputs", "rules", False)
    return home


def materialise_alone(home: Path, define: Callable[[dict[str, Any]], dg.AssetsDefinition]) -> list[str]:
    """Materialise one asset of the manifest; what failed."""
    asset = define(json.loads(manifest_path(load_deployment(home).layout).read_text("utf-8")))
    with dg.DagsterInstance.ephemeral() as instance:
        resources = {"nights": NightResource(home=str(home))}
        result = dg.materialize([asset], resources=resources, instance=instance, raise_on_error=False)
    return [reason for _, reason in failures(result.all_events)]


def publish_alone(home: Path) -> list[str]:
    """Materialise the published version; what failed."""
    return materialise_alone(home, published_version)


def test_a_night_is_published_of_its_own_moment_once_it_is_finished(home: Path) -> None:
    layout = load_deployment(home).layout
    (reason,) = publish_alone(home)
    assert "holds no finished night" in reason
    assert current(layout.published) is None
    mark_built(layout.warehouse)
    assert publish_alone(home) == []
    assert current(layout.published).as_of == EVENING


def test_models_built_alone_are_of_the_nights_moment_and_published_only_when_finished(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout, moments = load_deployment(home).layout, []
    mark_built(layout.warehouse)

    def fail(_: Deployment, as_of: datetime, **__: Any) -> list[NodeResult]:
        moments.append(as_of)
        return [
            NodeResult("model.closedloop.fct_touch", "fct_touch", "model", "error", 1.0, None, "half built")
        ]

    monkeypatch.setattr("orchestration.defs.transform.build", fail)
    assert any("half built" in reason for reason in materialise_alone(home, models))
    assert moments == [EVENING]
    (reason,) = publish_alone(home)
    assert "holds no finished night" in reason
    assert current(layout.published) is None


def test_what_gate_2_does_not_let_pass_is_not_published_alone(home: Path) -> None:
    layout = load_deployment(home).layout
    mark_built(layout.warehouse)
    identity = {"identity": "landed = staged", "subject": "crm_lead", "left_side": 4, "right_side": 3}
    write(layout.warehouse, "reports.rpt_ledger", identity | {"verdict": "off"})
    (reason,) = publish_alone(home)
    assert "gate 2 does not let the warehouse pass" in reason
    assert "landed = staged of crm_lead" in reason
    assert current(layout.published) is None


@pytest.mark.parametrize("is_there", [True, False], ids=["no night in it", "no warehouse"])
def test_without_a_night_it_says_what_to_run(home: Path, is_there: bool) -> None:
    layout = load_deployment(home).layout
    if is_there:
        with duckdb.connect(str(layout.warehouse)) as connection:
            connection.execute("drop table landing.night")
    else:
        layout.warehouse.unlink()
    (reason,) = publish_alone(home)
    assert "`closedloop run`" in reason
