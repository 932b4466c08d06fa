"""Gate 1 where something breaks: a check, a file, the process itself. No row is lost or admitted twice.

Rows that break rules are the business of the other tests.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.admission import AdmissionError
from ingestion.landing import placing
from ingestion.landing.manifest import Manifest
from ingestion.landing.placing import sweep
from ingestion.mapping import TableMapping
from ingestion.rules import Rule, contract_rules
from orchestration.quality import gate1
from orchestration.quality.expectations import validate
from orchestration.quality.gate1 import CheckError
from tests.landings import GivenSource, Landing, extract
from tests.quality.gate1_loads import LEADS, admit, mostly_bad


def also_expect(monkeypatch: pytest.MonkeyPatch, failed: str, severity: str = "critical") -> None:
    """Have every contract hold one rule more, `sound`."""
    rule = Rule("sound", "lead_id", failed, "anything", severity)
    monkeypatch.setattr(
        "ingestion.admission.contract_rules", lambda contract: (*contract_rules(contract), rule)
    )


def test_a_check_that_breaks_stops_the_run_and_is_no_failure(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    also_expect(monkeypatch, "no_such_function(lead_id)")
    source = GivenSource("crm_lead", [extract(mostly_bad(bad=0))])
    (load,) = landing.land(source)
    with pytest.raises(CheckError, match="no_such_function"):
        admit(landing, source)
    statuses = {(r.rule, r.column): r.status for r in landing.manifest.results(load.load_id)}
    assert statuses["sound", "lead_id"] == "error"
    assert statuses["required", "lead_id"] == "pass"
    assert landing.manifest.loads()[0].state == "landed"
    assert landing.admitted() == []


def test_a_check_that_breaks_on_the_rows_stops_the_run_too(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    also_expect(monkeypatch, "cast(created_at as varchar)::integer < 0")
    source = GivenSource("crm_lead", [extract(mostly_bad(bad=1), rejects=[(9, "x;y", "found 2 cells")])])
    (load,) = landing.land(source)
    with pytest.raises(CheckError, match="Could not convert"):
        admit(landing, source)
    statuses = {(r.rule, r.column): r.status for r in landing.manifest.results(load.load_id)}
    assert (statuses["sound", "lead_id"], statuses["unreadable_row", ""]) == ("error", "fail")
    assert landing.manifest.loads()[0].state == "landed"
    assert landing.admitted() == []


def test_a_rule_that_breaks_on_the_rows_is_an_error_too() -> None:
    session = duckdb.connect()
    session.execute("create table amounts as select unnest(['1', 'x']) as amount")
    rules = [
        Rule("positive", "amount", "cast(amount as integer) <= 0", "more than 0"),
        Rule("given", "amount", "amount is null", "a value"),
    ]
    assert [outcome.status for outcome in validate(session, "amounts", rules)] == ["error", "error"]
    assert [outcome.status for outcome in validate(session, "amounts", rules[1:])] == ["pass"]


def test_a_warning_that_breaks_leaves_nothing_half_written(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    also_expect(monkeypatch, "no_such_function(lead_id)", "warning")
    source = GivenSource("crm_lead", [extract(LEADS)])
    landing.land(source)
    with pytest.raises(CheckError, match="no_such_function"):
        admit(landing, source)
    assert [path for path in landing.layout.admitted.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("damage", ["torn", "missing", "other rows"])
def test_a_damaged_landing_file_is_named(landing: Landing, damage: str) -> None:
    source = GivenSource("crm_lead", [extract(LEADS)])
    (load,) = landing.land(source)
    file = landing.root / load.path
    if damage == "torn":
        file.write_bytes(file.read_bytes()[:-20])
    elif damage == "missing":
        file.unlink()
    else:
        duckdb.execute(
            f"copy (select * from read_parquet('{file}') limit 2) to '{file}.new' (format parquet)"
        )
        Path(f"{file}.new").replace(file)
    with pytest.raises(AdmissionError, match="restore"):
        admit(landing, source)


class Killed(BaseException):
    """The process ends here."""


STEPS: list[tuple[object, str]] = [
    (gate1, "validate"),
    (gate1.Batch, "write_admitted"),
    (gate1.Batch, "write_quarantined"),
    (Manifest, "reopen"),
    (gate1, "place"),
    (placing.os, "replace"),
    (Manifest, "admit"),
]


@pytest.mark.parametrize(("module", "step"), STEPS, ids=[step for _, step in STEPS])
@pytest.mark.parametrize("is_known", [False, True], ids=["first admission", "changed mapping"])
def test_a_kill_at_any_step_and_a_rerun_give_what_an_undisturbed_run_gives(
    landing: Landing, monkeypatch: pytest.MonkeyPatch, module: object, step: str, is_known: bool
) -> None:
    changed = TableMapping(timezone="Asia/Tokyo")
    undisturbed = Landing(landing.root / "undisturbed")
    for one in (undisturbed, landing):
        source = GivenSource("crm_lead", [extract(LEADS)])
        one.land(source)
        if is_known:
            admit(one, source)
        source.how = changed
    admit(undisturbed, source)

    # Each call of the step dies once, before it or after it, until the run gets through.
    kills = 0
    for call, is_after in itertools.product(range(1, 4), (False, True)):
        with monkeypatch.context() as patched:
            patched.setattr(module, step, _killing(getattr(module, step), call, is_after))
            try:
                admit(landing, source)
            except Killed:
                kills += 1
                sweep(landing.layout, landing.manifest, "crm", "crm_lead")
    if kills == 0:
        assert step == "reopen"
        assert not is_known
    admit(landing, source)
    assert admit(landing, source) == []
    assert landing.admitted() == undisturbed.admitted()
    assert landing.quarantined() == undisturbed.quarantined()
    assert landing.manifest.loads() == undisturbed.manifest.loads()
    assert landing.manifest.results() == undisturbed.manifest.results()
    assert landing.files() == undisturbed.files()


def _killing(original: Callable[..., Any], call: int, is_after: bool) -> Callable[..., Any]:
    calls = itertools.count(1)

    def dying(*arguments: Any, **named: Any) -> Any:
        dies = next(calls) == call
        if dies and not is_after:
            raise Killed
        result = original(*arguments, **named)
        if dies:
            raise Killed
        return result

    return dying
