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
from orchestration.upkeep.full_disk import full_disk

FAILED = 1
"""Exit status of a failed night or other work that could not be done, damage found, or nothing to show or replay."""
BAD_INPUT = 2
"""Exit status of a mistake in what was typed or configured."""


class InputError(ClosedloopError):
    """An argument that cannot be used."""


@contextmanager
def report_errors() -> Iterator[None]:
    """Report any error of the block on standard error and leave with its exit status."""
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
        if (full := full_disk(error)) is not None:
            print(full, file=sys.stderr)
            sys.exit(FAILED)
        print(
            f"unexpected error: {type(error).__name__}: {error}\n"
            f"Please report it with the traceback in {_keep_traceback()}",
            file=sys.stderr,
        )
        sys.exit(FAILED)


def _is_bad_input(error: ClosedloopError) -> bool:
    from orchestration.agreement import AgreementError
    from orchestration.agreement.public_holidays import CalendarError
    from orchestration.deployment.scaffolding import UnusableFolder
    from orchestration.publish.reading import QueryError
    from orchestration.publish.version_store import UnknownVersion
    from orchestration.settings import ConfigError

    return isinstance(
        error,
        InputError
        | AgreementError
        | CalendarError
        | ConfigError
        | UnusableFolder
        | QueryError
        | UnknownVersion,
    )


def _keep_traceback() -> Path:
    """Write the traceback at hand to the deployment's runs, or to a temporary folder where that cannot be."""
    from orchestration.cli.session import runs_folder

    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    told = " ".join(sys.argv) + "\n\n" + traceback.format_exc()
    try:
        return _write(told, (runs_folder() or Path(tempfile.gettempdir()) / "closedloop") / stamp)
    except OSError:
        return _write(told, Path(tempfile.mkdtemp(prefix="closedloop-")))


def _write(told: str, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "error.log"
    path.write_text(told, encoding="utf-8")
    return path
