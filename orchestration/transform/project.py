"""The dbt project as a deployment runs it: the repository's models beside the deployment's frozen agreement.

Laying it out belongs here; parsing and running it do not.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from orchestration.agreement import snapshot
from orchestration.settings import REPOSITORY, Deployment

PROJECT = REPOSITORY / "dbt_project"
SHARED = ("dbt_project.yml", "profiles.yml", "macros", "models", "tests")
"""What every deployment has in common; the seeds are its own."""


def lay_out(deployment: Deployment) -> Path:
    """Make or refresh the project folder of a deployment and return it. Grain: one folder per deployment.

    The seeds are a snapshot, so that an edit while a night runs changes nothing of it; the rest are links. The folder
    lies under the data folder because dbt writes beside what it reads. Raises AgreementError when the agreement has
    mistakes.
    """
    folder = deployment.layout.dbt
    folder.mkdir(parents=True, exist_ok=True)
    for name in SHARED:
        target, link = PROJECT / name, folder / name
        if link.is_symlink() and Path(os.readlink(link)) == target:
            continue
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    snapshot(deployment.seeds, folder / "seeds", deployment.terms)
    return folder


def fingerprint(folder: Path) -> str:
    """sha256 over the names and contents of everything dbt reads in a project folder."""
    digest = hashlib.sha256()
    for name in (*SHARED, "seeds"):
        top = folder / name
        files = [top] if top.is_file() else sorted(path for path in top.rglob("*") if path.is_file())
        for file in files:
            digest.update(f"{file.relative_to(folder)}\n".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()
