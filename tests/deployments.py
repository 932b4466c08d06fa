"""Deployments in a temporary folder and their nights, for tests of the whole pipeline.

Laying them out and reading what they published belong here; claims about them belong to the tests.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.run import NightOutcome, run_night
from orchestration.settings import REPOSITORY, load_deployment

AGREEMENT = REPOSITORY / "dbt_project" / "seeds"
EXAMPLES = REPOSITORY / "docs" / "examples"


def lay_out(home: Path, configuration: dict[str, Any] | str, seeds: Path = AGREEMENT) -> Path:
    """A deployment's folder with this configuration (YAML, or what it would read as) and a copy of these seeds."""
    home.mkdir(parents=True, exist_ok=True)
    text = configuration if isinstance(configuration, str) else yaml.safe_dump(configuration, sort_keys=False)
    (home / "closedloop.yml").write_text(text, "utf-8")
    shutil.copytree(seeds, home / "seeds", dirs_exist_ok=True)
    return home


def sample(home: Path, **options: Any) -> Path:
    """A deployment of a small sample company; `options` are those of the sample source."""
    return lay_out(
        home,
        {"as_of": "2026-07-01T00:00:00Z", "sources": {"sample": {"type": "sample", "leads": 200, **options}}},
    )


def night(home: Path, as_of: datetime | None = None, **options: Any) -> NightOutcome:
    """One night of the deployment in `home`."""
    return run_night(load_deployment(home), as_of, **options)


def published(home: Path, query: str) -> list[tuple]:
    """Rows of a query on what the deployment in `home` published."""
    with duckdb.connect(str(home / "data" / "published" / "closedloop.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()
