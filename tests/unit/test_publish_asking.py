"""Asking the live version: what cannot be answered is said in words, and asking changes nothing.

What the named questions answer is tested in `test_publish_questions`.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from orchestration.publish import Publication, PublishError, current, reading
from orchestration.publish.reading import ask, question_sql
from tests.empty_marts import answer, empty_marts
from tests.sample_warehouse import AS_OF, publish_warehouse, write_warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    empty_marts(tmp_path / "warehouse.duckdb")
    return tmp_path / "warehouse.duckdb"


def test_an_unknown_question_names_near_ones() -> None:
    with pytest.raises(PublishError, match="did you mean one of: ledger"):
        question_sql("leger")
    with pytest.raises(PublishError, match="'xyzzy'; closedloop query --list"):
        question_sql("xyzzy")


def test_a_wrong_query_says_what_there_is(warehouse: Path) -> None:
    with pytest.raises(PublishError, match=r'"nothing here" not found.*\nCandidate bindings: "stage"'):
        answer(warehouse, 'select * from marts.fct_opportunity where "nothing here" = 1')
    with pytest.raises(
        PublishError, match=r"Table with name fct_deal does not exist(.|\n)*marts\.fct_opportunity"
    ):
        answer(warehouse, "select * from marts.fct_deal")


def test_a_query_changes_nothing(warehouse: Path) -> None:
    with pytest.raises(PublishError, match="read-only"):
        answer(warehouse, "delete from marts.dim_stage")


def test_nothing_can_be_asked_before_the_first_publication(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="nothing is published"), ask(tmp_path, "select 1"):
        pass


def test_moment_and_rows_are_of_one_version_when_another_goes_live_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published, warehouse = tmp_path / "published", tmp_path / "warehouse.duckdb"
    publish_warehouse(write_warehouse(warehouse, label="former"), published)

    def overtaken(folder: Path) -> Publication | None:
        found = current(folder)
        later = AS_OF + timedelta(days=1)
        publish_warehouse(write_warehouse(warehouse, label="later"), folder, as_of=later, inputs_key="later")
        return found

    monkeypatch.setattr(reading, "current", overtaken)
    with ask(published, "select channel, getvariable('as_of') from marts.dim_channel") as found:
        assert list(found.rows) == [("former", AS_OF)]
