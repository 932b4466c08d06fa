"""What a night is: its moment, what it was made from, and whether there is anything to do.

Free of Dagster and of the work itself; the steps are in `landing`, `transform`, `quality` and `publish`.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ingestion.landing.manifest import Manifest
from orchestration.settings import REPOSITORY, Deployment, naive_utc
from orchestration.transform.dbt import variables
from orchestration.transform.project import fingerprint

SCHEMA_VERSION = "1"
"""Version of the published tables' shape; raised with every breaking change, which CHANGELOG.md leads with."""


Only = Literal["sla"]
"""What a run brings up to date where it does not land everything."""


@dataclass(frozen=True)
class Night:
    """One run of the pipeline over one deployment. `as_of` is the naive UTC moment the warehouse speaks for.

    With `since` (naive UTC), what the sources have from that moment on is landed again. With `only` it lands what that
    needs and leaves other tables as they were landed last; whatever was landed is judged, built and published whole.
    """

    run_id: str
    as_of: datetime
    deployment: Deployment
    since: datetime | None = None
    only: Only | None = None

    @property
    def manifest(self) -> Manifest:
        return Manifest(self.deployment.layout.manifest_db)

    def lands(self, table: str) -> bool:
        """Whether the sources are asked for a table. The clocks of the SLA run on what the CRM knows."""
        return self.only is None or table.startswith("crm_")


def moment(deployment: Deployment, asked: str | None, created: datetime) -> datetime:
    """The `as_of` of a run: what was asked for, else what the configuration fixes, else when the run was created.

    Raises ValueError when `asked` is no ISO-8601 moment.
    """
    if asked is not None:
        return naive_utc(datetime.fromisoformat(asked))
    return deployment.options.as_of or created


def inputs_key(night: Night) -> str:
    """sha256 over all that decides a night's content: the moment, the vars, models and agreement, the admitted loads.

    Equal keys give equal marts, so a night whose key is that of the live publication has nothing to do. The agreement
    counts as it was frozen when the night began.
    """
    loads = [
        (load.load_id, load.sha256, load.admitted_rows, load.quarantined_rows, load.mapping_hash)
        for load in night.manifest.loads(state="admitted")
    ]
    return _hash({"as_of": night.as_of, "rules": rules_key(night), "loads": sorted(loads)})


def rules_key(night: Night) -> str:
    """sha256 over all that decides what a night makes of the same loads at the same moment: vars, models, agreement."""
    return _hash(
        {
            "vars": {**variables(night.deployment, night.as_of), "as_of": None},
            "project": fingerprint(night.deployment.layout.dbt),
            "schema": SCHEMA_VERSION,
        }
    )


def _hash(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def git_revision() -> str | None:
    """The commit of the code that runs, with `+` when files differ from it; None outside a checkout."""
    try:
        commit, changes = (
            subprocess.run(
                ["git", "-C", str(REPOSITORY), *command],
                capture_output=True,
                text=True,
                check=True,
                timeout=10,
            ).stdout.strip()
            for command in (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return f"{commit}+" if changes else commit
