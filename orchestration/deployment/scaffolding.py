"""A new deployment's folder: configuration, seeds to edit, an example of the environment file.

Making the folder belongs here; whether what people write into it is right is judged in `checking`.
"""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from importlib import resources
from pathlib import Path
from string import Template

from ingestion.errors import ClosedloopError
from orchestration.agreement.rules import RATES
from orchestration.settings import FILE, REPOSITORY

SEEDS = REPOSITORY / "dbt_project" / "seeds"
TEMPLATES = {"env.example": ".env.example", "gitignore": ".gitignore"}


TARGETS, PLANNED_LEADS = "targets.csv", 20_000
"""The plan of the sample company, and how many leads it is made for."""


class UnusableFolder(ClosedloopError):
    """The folder of a new deployment holds one already, or something under the same name, or cannot be made."""


@dataclass(frozen=True)
class Sample:
    """The sample company of a deployment: how many leads, which world, and the last day of its history."""

    leads: int
    seed: int
    end: date


def create_deployment(folder: Path, sample: Sample | None = None) -> list[Path]:
    """Write a new deployment to `folder`, on the sample company where one is given; gives the files written.

    Raises UnusableFolder, and writes nothing, when a file that it would write exists or the folder cannot be made.
    """
    texts = {target: _template(name) for name, target in TEMPLATES.items()}
    texts[FILE] = _template("closedloop.yml") if sample is None else _sample_configuration(sample)
    seeds = {f"seeds/{path.name}": path for path in sorted(SEEDS.glob("*.csv"))}
    taken = [name for name in (*texts, *seeds) if (folder / name).exists()]
    if taken:
        raise UnusableFolder(
            f"{folder} has {', '.join(taken)} already; expected a folder without a deployment. "
            "Nothing was written: choose another folder, or remove what is there"
        )
    try:
        (folder / "seeds").mkdir(parents=True, exist_ok=True)
    except (FileExistsError, FileNotFoundError, NotADirectoryError, PermissionError) as error:
        raise UnusableFolder(
            f"{folder} cannot be made a folder ({error.strerror}); expected a new name, or a folder that may be "
            "written to. Nothing was written: choose another folder"
        ) from error
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name, path in seeds.items():
        if sample is not None and path.name == TARGETS and sample.leads != PLANNED_LEADS:
            (folder / name).write_text(_plan(path, sample.leads), encoding="utf-8")
        else:
            shutil.copyfile(path, folder / name)
    return [folder / name for name in (*texts, *seeds)]


def _template(name: str) -> str:
    return resources.files("orchestration.deployment.templates").joinpath(name).read_text("utf-8")


def _plan(path: Path, leads: int) -> str:
    """The sample's targets for a company of another size: counts and amounts in proportion, at least 1; rates stay."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["metric"] not in RATES:
            row["target"] = str(max(1, round(Decimal(row["target"]) * leads / PLANNED_LEADS)))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _sample_configuration(sample: Sample) -> str:
    morning = f"{(sample.end + timedelta(days=1)).isoformat()}T00:00:00Z"
    return Template(_template("sample.yml")).substitute(as_of=morning, leads=sample.leads, seed=sample.seed)
