"""`closedloop sla replay`: other terms judge the same history, by the same models, and change nothing of it."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.conftest import Call
from tests.deployments import night, published, sample

VERDICTS = """
    select commitment, count(*) filter (status = 'met'), count(*) filter (status = 'breached')
    from marts.fct_sla_event group by 1 order by 1
"""


def _with_target(policies: Path, minutes: str, target: Path) -> Path:
    """The policies with another target for first responses."""
    with policies.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["commitment"] == "first_response":
            row["target_minutes"] = minutes
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return target


def _replayed(call: Call, home: Path, policies: Path, *options: str) -> list[dict[str, str]]:
    result = call("--home", home, "sla", "replay", "--policy", policies, "--format", "csv", *options)
    assert result.status == 0, result.err
    return list(csv.DictReader(result.out.splitlines()))


def _sums(rows: list[dict[str, str]], met: str, breached: str) -> list[tuple[str, int, int]]:
    commitments = sorted({row["commitment"] for row in rows})
    return [
        (
            name,
            *(
                sum(int(row[column]) for row in rows if row["commitment"] == name)
                for column in (met, breached)
            ),
        )
        for name in commitments
    ]


def test_other_terms_judge_the_same_history(tmp_path: Path, call: Call) -> None:
    home = sample(tmp_path / "home")
    assert not night(home).failures
    judged = published(home, VERDICTS)
    agreed = home / "seeds" / "sla_policies.csv"

    same = _replayed(call, home, agreed)
    assert _sums(same, "met", "breached") == judged
    assert _sums(same, "replayed_met", "replayed_breached") == judged

    lax = _replayed(call, home, _with_target(agreed, "100000", tmp_path / "lax.csv"))
    strict = _replayed(call, home, _with_target(agreed, "1", tmp_path / "strict.csv"))
    assert _sums(lax, "met", "breached") == _sums(strict, "met", "breached") == judged
    attained = [
        {name: (met, breached) for name, met, breached in _sums(rows, "replayed_met", "replayed_breached")}
        for rows in (strict, same, lax)
    ]
    assert (
        attained[0]["first_response"][0] < attained[1]["first_response"][0] < attained[2]["first_response"][0]
    )
    assert attained[0]["handoff"] == attained[1]["handoff"] == attained[2]["handoff"]

    some = _replayed(call, home, agreed, "--from", "2026-03", "--to", "2026-04")
    assert {row["month"] for row in some} == {"2026-03-01", "2026-04-01"}

    wrong = call("--home", home, "sla", "replay", "--policy", home / "seeds" / "targets.csv")
    assert wrong.status == 2
    assert f"1 mistake(s), so nothing was run:\n  {home / 'seeds' / 'targets.csv'}, line 1: " in wrong.err

    assert published(home, VERDICTS) == judged
    assert list((home / "data").glob("replay-*")) == []


def test_terms_with_mistakes_are_refused(tmp_path: Path, call: Call) -> None:
    home = sample(tmp_path / "home")
    result = call("--home", home, "sla", "replay", "--policy", tmp_path / "none.csv")
    assert result.status != 0
    assert "is no file" in result.err
    result = call("--home", home, "sla", "replay", "--policy", home / "seeds" / "sla_policies.csv")
    assert result.status != 0
    assert "run closedloop run first" in result.err
    result = call("--home", home, "sla", "replay", "--policy", home / "closedloop.yml", "--from", "May")
    assert result.status != 0
    assert "is no month" in result.err
    order = ("--from", "2026-06", "--to", "2026-01")
    result = call("--home", home, "sla", "replay", "--policy", home / "seeds" / "sla_policies.csv", *order)
    assert (result.status, result.out) == (2, "")
    assert "--from 2026-06 lies after --to 2026-01" in result.err
