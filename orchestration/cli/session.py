"""The deployment that a command works on.

Finding it by option, environment or current folder belongs here; what is in it is settled in `settings`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestration.settings import Deployment

_home: Path | None = None
_deployment: Deployment | None = None


def choose(home: Path | None) -> None:
    """Work on the deployment in `home`; None for the folder that CLOSEDLOOP_HOME names, else the current one."""
    global _home, _deployment
    _home, _deployment = home, None


def home() -> Path:
    """The folder of the deployment."""
    from orchestration.settings import Environment

    return (_home or Environment().home).resolve()


def deployment() -> Deployment:
    """The deployment; raises ConfigError with all its mistakes."""
    from orchestration.settings import load_deployment

    global _deployment
    if _deployment is None:
        _deployment = load_deployment(home())
    return _deployment


def runs_folder() -> Path | None:
    """Where runs leave their files; None while no command has read a deployment."""
    return _deployment.layout.runs if _deployment else None
