"""How a command fails: errors for people in their own words, all others in one line with the traceback in a file.

Which errors there are is the business of those who raise them.
"""

from __future__ import annotations

import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ingestion.errors import ClosedloopError

FAILED = 1
BAD_INPUT = 2


class InputError(ClosedloopError):
    """An argument that cannot be used."""


@contextmanager
def told() -> Iterator[None]:
    """Tell any error on standard error and leave with its exit status."""
    try:
        yield
    except ClosedloopError as error:
        print(error, file=sys.stderr)
        sys.exit(BAD_INPUT if _is_bad_input(error) else FAILED)
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python would complain again while it closes the stream.
        sys.stdout = None
        sys.exit(0)
    except Exception as error:
        print(
            f"something went wrong that should not have: {type(error).__name__}: {error}\n"
            f"Please report it with the traceback in {_keep_traceback()}",
            file=sys.stderr,
        )
        sys.exit(FAILED)


def _is_bad_input(error: ClosedloopError) -> bool:
    from orchestration.agreement import AgreementError
    from orchestration.agreement.public_holidays import CalendarError
    from orchestration.founding import FolderInUse
    from orchestration.publish.reading import QueryError
    from orchestration.publish.shelf import UnknownVersion
    from orchestration.settings import ConfigError

    return isinstance(
        error,
        InputError | AgreementError | CalendarError | ConfigError | FolderInUse | QueryError | UnknownVersion,
    )


def _keep_traceback() -> Path:
    """Write the traceback at hand to the deployment's runs, or to a temporary folder where there is no deployment."""
    from orchestration.cli.session import runs_folder

    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    try:
        folder = (runs_folder() or Path(tempfile.gettempdir()) / "closedloop") / stamp
        folder.mkdir(parents=True)
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="closedloop-"))
    path = folder / "error.log"
    path.write_text(" ".join(sys.argv) + "\n\n" + traceback.format_exc(), encoding="utf-8")
    return path
