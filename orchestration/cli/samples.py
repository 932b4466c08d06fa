"""`closedloop sample`: the sample company as files, for trying out sources and mappings.

The company is simulated by `ingestion.sources.sample`; a deployment on it is made by `init --sample`.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli import printing
from orchestration.cli.error_handling import InputError


class FileFormat(StrEnum):
    """Formats of the written files."""

    CSV = "csv"
    PARQUET = "parquet"
    JSONL = "jsonl"


def sample(
    to: Annotated[Path, typer.Option(help="Folder to write to; files of the same name are replaced.")],
    leads: Annotated[int, typer.Option(help="Size of the company: people who become known.", min=1)] = 20_000,
    seed: Annotated[int, typer.Option(help="Which company; the same seed gives the same.", min=0)] = 42,
    form: Annotated[FileFormat, typer.Option("--format", help="Format of the files.")] = FileFormat.CSV,
    nights: Annotated[
        int | None,
        typer.Option(help="Write the last so many days as one file a night.", min=1, show_default=False),
    ] = None,
    clean: Annotated[bool, typer.Option("--clean", help="Without the dirt of everyday exports.")] = False,
    defect: Annotated[
        list[str] | None, typer.Option(help="Plant a defect by name; may be repeated.", show_default=False)
    ] = None,
) -> None:
    """Write the sample company's extracts to files: one folder a table.

    Example: `closedloop sample --to exports --leads 2000 --format parquet`
    """
    from pydantic import ValidationError

    from ingestion.sources.sample import SampleConfig, write_files

    try:
        config = SampleConfig(
            leads=leads, seed=seed, nights=nights, dirt=not clean, defects=tuple(defect or ())
        )
    except ValidationError as error:
        raise InputError(
            "; ".join(detail["msg"].removeprefix("Value error, ") for detail in error.errors())
        ) from None
    try:
        to.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, FileNotFoundError, NotADirectoryError, PermissionError) as error:
        raise InputError(
            f"{to} cannot be made a folder ({error.strerror}); name a new one, or one that may be written to"
        ) from error
    rows = 0
    for file in write_files(config, to, form.value):
        rows += file.rows
        printing.say(f"{file.path}: {file.rows:,} rows")
    printing.say(f"{rows:,} rows of {leads:,} leads in {to}")
