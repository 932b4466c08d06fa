"""What tests of several folders share.

Fixtures only; makers of small worlds are modules beside this one.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import settings

from orchestration.cli import main
from orchestration.transform import warehouse

# As the command line does: looking through what nights leave in memory is an eighth of the tests' time else.
gc.set_threshold(1_000_000, 10, 10)

# The same examples every time: what CI says of a commit depends on the commit alone. Wider searches set a seed by hand.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def small_companies_are_sliced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Companies of tests are small, and their nights are to go the way of those of large ones."""
    monkeypatch.setattr(warehouse, "SLICED_FROM", 0)


class Result(NamedTuple):
    """What a call of the command line left: exit status, standard output and standard error."""

    status: int
    out: str
    err: str


Call = Callable[..., Result]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run `closedloop` with the given arguments in this process."""

    def called(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["closedloop", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        return Result(left.value.code or 0, *capsys.readouterr())

    return called
