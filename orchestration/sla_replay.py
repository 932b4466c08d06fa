"""The SLA under other terms: what attainment would have been, by the night's own models, beside what it was.

Nothing here is published or kept; how commitments are judged is the models' business.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb

from ingestion.errors import ClosedloopError
from orchestration.agreement import AgreementError
from orchestration.agreement.seed_schemas import SEEDS
from orchestration.data_lock import data_folder_lock
from orchestration.settings import Deployment
from orchestration.transform.dbt import build_some
from orchestration.transform.project import lay_out
from orchestration.transform.warehouse import connect, unusable

POLICIES = next(seed.file for seed in SEEDS if seed.name == "sla_policies")
JUDGED = "sla_policies+,+sla_compliance"
"""What of the models depends on the policies and leads to the verdicts."""
COUNTS = """
    select month, commitment, sum(met), sum(breached)
    from marts.sla_compliance
    where month between coalesce($1, month) and coalesce($2, month)
    group by month, commitment
"""


class ReplayError(ClosedloopError):
    """There is no night to replay, or the models failed under the other terms."""


class ReplayRow(NamedTuple):
    """Verdicts of a month and commitment as agreed and under other terms; attainment is met of met and breached."""

    month: date
    commitment: str
    met: int
    breached: int
    attainment: float | None
    replayed_met: int
    replayed_breached: int
    replayed_attainment: float | None


def replay_sla(
    deployment: Deployment, policies: Path, first: date | None, last: date | None
) -> list[ReplayRow]:
    """One row per month of the start and commitment, of the months from `first` to `last`, both inclusive.

    The warehouse of the last night is copied into the data folder while this runs, and its SLA models are built in the
    copy with `policies` (a CSV file shaped like sla_policies.csv) in the agreement's place. Raises AgreementError when
    that agreement has mistakes, ReplayError when there is no finished night, InUse when another process is at work.
    """
    layout = deployment.layout
    with data_folder_lock(layout, "closedloop sla replay"), _aside(deployment, policies) as other:
        try:
            lay_out(other)
        except AgreementError as error:
            # Told under the name that was given, not that of the copy.
            raise AgreementError(
                [
                    replace(problem, file=str(policies)) if problem.file == POLICIES else problem
                    for problem in error.problems
                ]
            ) from None
        with connect(other.layout.warehouse, "1GB", 1, read_only=True) as connection:
            night = connection.execute("select as_of from landing.night where is_built").fetchone()
        if night is None:
            raise ReplayError(
                "the warehouse holds no finished night. Expected one whose models were built: run closedloop run first."
            )
        bad = [node for node in build_some(other, night[0], JUDGED) if node.is_bad]
        if bad:
            raise ReplayError(
                "the models failed under these terms: "
                + "; ".join(f"{node.name}: {node.message}" for node in bad)
            )
        agreed, replayed = (_counts(one.layout.warehouse, first, last) for one in (deployment, other))
    return [
        ReplayRow(*key, *_attained(agreed.get(key, (0, 0))), *_attained(replayed.get(key, (0, 0))))
        for key in sorted(agreed.keys() | replayed.keys())
    ]


@contextmanager
def _aside(deployment: Deployment, policies: Path) -> Iterator[Deployment]:
    """The deployment with other policies and a copy of its warehouse, in a folder that is removed afterwards."""
    found = unusable(deployment.layout.warehouse)
    if found is not None or not deployment.layout.warehouse.exists():
        raise ReplayError(
            f"the warehouse cannot be replayed: {found or 'there is none yet'}. "
            "Expected that of a finished night: run closedloop run first."
        )
    with tempfile.TemporaryDirectory(prefix="replay-", dir=deployment.layout.root) as folder:
        home = Path(folder)
        shutil.copytree(deployment.seeds, home / "seeds")
        shutil.copyfile(policies, home / "seeds" / POLICIES)
        options = deployment.options.model_copy(update={"data": Path("data"), "seeds": Path("seeds")})
        other = replace(deployment, home=home, options=options)
        other.layout.warehouse.parent.mkdir(parents=True)
        # Under the same name: views name the database they are in.
        shutil.copyfile(deployment.layout.warehouse, other.layout.warehouse)
        yield other


def _counts(
    warehouse: Path, first: date | None, last: date | None
) -> dict[tuple[date, str], tuple[int, int]]:
    with connect(warehouse, "1GB", 1, read_only=True) as connection:
        try:
            rows = connection.execute(COUNTS, [first, last]).fetchall()
        except duckdb.CatalogException as error:
            raise ReplayError(f"the warehouse has no verdicts: {error}. Run closedloop run first.") from error
    return {(month, commitment): (int(met), int(breached)) for month, commitment, met, breached in rows}


def _attained(counts: tuple[int, int]) -> tuple[int, int, float | None]:
    met, breached = counts
    return met, breached, met / (met + breached) if met + breached else None
