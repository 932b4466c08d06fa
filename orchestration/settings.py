"""What a deployment is: its `closedloop.yml` and the environment, read once into frozen objects.

The only reader of the environment. What the settings are used for is the business of the modules that take them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingestion.errors import ClosedloopError
from ingestion.landing.layout import Layout
from ingestion.sources.base import Source
from orchestration.agreement.problem import Problem
from orchestration.agreement.rules import Terms
from orchestration.deployment.configuration import Configuration, read_configuration, validation_problems
from orchestration.deployment.cron import Cron

FILE = "closedloop.yml"
REPOSITORY = Path(__file__).resolve().parent.parent


class ConfigError(ClosedloopError):
    """The configuration has mistakes; `problems` holds every one of them."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"the configuration has {len(problems)} mistake(s), so nothing was run:\n{lines}")


class Environment(BaseSettings):
    """What the environment says, each name with the prefix CLOSEDLOOP_."""

    model_config = SettingsConfigDict(env_prefix="CLOSEDLOOP_", frozen=True, extra="ignore")

    home: Path = Path()
    """Folder of the deployment, the one that holds closedloop.yml."""


class Vars(BaseModel):
    """The variables of the definitions; docs/definitions.md says what each means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reporting_timezone: str = "UTC"
    reporting_currency: str = Field(
        default="USD", pattern=r"^[A-Za-z]{3}$", description="an ISO 4217 code such as EUR"
    )
    mql_basis: Literal["declared", "rule", "earliest"] | None = None
    sql_basis: Literal["declared", "rule", "earliest"] | None = None
    replay_version: str | None = None
    account_link_days: int = Field(default=180, ge=0)
    max_phone_sharing: int = Field(default=3, ge=1)
    attribution_lookback_days: int = Field(default=90, ge=1)
    min_attempt_sample: int = Field(default=30, ge=1)
    default_calendar_id: str | None = None
    goal_calendar_id: str | None = None
    default_country_code: str | None = Field(
        default=None, pattern=r"^\+?[1-9]\d{0,2}$", description="a calling code such as 49"
    )

    @field_validator("default_country_code", "replay_version", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int | float) else value

    @field_validator("reporting_timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("a zone of the time zone database, such as Europe/Berlin")
        return value


class Options(BaseModel):
    """The keys of closedloop.yml; paths are relative to its folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Path("data")
    seeds: Path = Path("seeds")
    as_of: datetime | None = None
    nightly_cron: Cron = "30 2 * * *"
    intraday_cron: Cron = "0 8-18 * * 1-5"
    keep_versions: int = Field(default=7, ge=1)
    keep_days: int = Field(default=90, ge=1)
    retries: int = Field(default=3, ge=0)
    retry_seconds: float = Field(default=10, ge=0)
    memory_limit: str = Field(
        default="4GB", pattern=r"^\d+(\.\d+)?\s*(MB|GB|MiB|GiB)$", description="a size such as 4GB or 500MB"
    )
    threads: int = Field(default=2, ge=1)
    team_alert_urls: dict[str, SecretStr] = Field(default_factory=dict)
    vars: Vars = Vars()
    sources: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @field_validator("as_of")
    @classmethod
    def _utc(cls, value: datetime | None) -> datetime | None:
        return naive_utc(value) if value else None


@dataclass(frozen=True)
class Deployment:
    """One company's closedloop: where it lives, what it reads, what it agreed on."""

    home: Path
    options: Options
    sources: Mapping[str, Source]

    @cached_property
    def layout(self) -> Layout:
        return Layout((self.home / self.options.data).resolve())

    @property
    def seeds(self) -> Path:
        return (self.home / self.options.seeds).resolve()

    @property
    def terms(self) -> Terms:
        """What the agreement must fit."""
        variables = self.options.vars
        return Terms(
            variables.reporting_currency,
            variables.replay_version,
            tuple(self.sources),
            configuration=FILE,
            as_of=(self.options.as_of or now()).date(),
            default_calendar_id=variables.default_calendar_id,
            goal_calendar_id=variables.goal_calendar_id,
        )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.options.vars.reporting_timezone)

    def sources_of(self, table: str) -> Iterator[Source]:
        """The sources that feed a contract table, in the order of the configuration."""
        return (source for source in self.sources.values() if table in source.tables)


def naive_utc(value: datetime) -> datetime:
    """The instant as naive UTC; a value without an offset is UTC already."""
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value


def now() -> datetime:
    """This moment as naive UTC, in whole seconds. The only place that reads the wall clock for `as_of`."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def alert_urls(home: Path) -> str:
    """CLOSEDLOOP_ALERT_URLS of the environment or the deployment's .env file; empty where there is none. A secret."""
    return _variables(home.resolve()).get("CLOSEDLOOP_ALERT_URLS", "")


def load_deployment(home: Path | None = None) -> Deployment:
    """The deployment in `home` (default: CLOSEDLOOP_HOME, else the current folder).

    Raises ConfigError with every mistake of closedloop.yml: unknown keys, values that do not fit, sources and mappings.
    """
    deployment, problems = read_deployment(home or Environment().home)
    if deployment is None or problems:
        raise ConfigError(problems)
    return deployment


def read_deployment(home: Path) -> tuple[Deployment | None, list[Problem]]:
    """What can be read of the deployment in `home`, and every mistake of its closedloop.yml, in the order of lines.

    Sources with mistakes are left out; None when the options themselves cannot be read.
    """
    home = home.resolve()
    configuration = read_configuration(home / FILE, _variables(home))
    problems = list(configuration.problems)
    deployment = None
    try:
        options = Options.model_validate(configuration.values)
    except ValidationError as error:
        problems += validation_problems(configuration, error, Options)
        # Sources are judged all the same, so that every mistake is told at once.
        _, found = _sources(configuration, home, Options().data)
        problems += found
    else:
        sources, found = _sources(configuration, home, options.data)
        problems += found
        if not options.sources and not problems:
            problems.append(
                configuration.problem(
                    ("sources",),
                    "no sources",
                    "at least one source",
                    "Add one; see docs/connecting-a-source.md.",
                )
            )
        deployment = Deployment(home, options, sources)
        problems += _misplaced_data(configuration, deployment.layout.root)
    return deployment, sorted(problems, key=lambda problem: problem.line or 0)


def _misplaced_data(configuration: Configuration, root: Path) -> Iterator[Problem]:
    """What is wrong with the place of the data folder, be it made already or not."""
    for folder in (root, *root.parents):
        if folder.exists() and not folder.is_dir():
            yield configuration.problem(
                ("data",), f"{folder} is a file", "a folder, or a place for one", "Name another place."
            )


def _sources(configuration: Configuration, home: Path, data: Path) -> tuple[dict[str, Source], list[Problem]]:
    """The sources that can be read, by name, and what is wrong with the others."""
    nodes = configuration.values.get("sources")
    sources, problems = {}, []
    for name, node in nodes.items() if isinstance(nodes, dict) else ():
        if isinstance(name, str) and isinstance(node, dict):
            source, found = _source(configuration, name, node, home, data)
            problems += found
            if source is not None:
                sources[name] = source
    return sources, problems


def _source(
    configuration: Configuration, name: str, node: dict[str, Any], home: Path, data: Path
) -> tuple[Source | None, list[Problem]]:
    """The source that a node of `sources:` describes, or what is wrong with it."""
    from ingestion.sources import files, sample

    where = ("sources", name)
    kind = node.get("type")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        return None, [
            configuration.problem(
                where, repr(name), "letters, digits, _ . -", "Rename the source: folders carry its name."
            )
        ]
    try:
        if kind == "files":
            found = [
                configuration.problem((*where, *each.keys), each.found, each.expected, each.action)
                for each in files.problems(node)
            ]
            if found:
                return None, found
            return files.FileSource(name, files.FilesConfig.model_validate(node), home), []
        if kind == "sample":
            spool = (home / data / "sample").resolve()
            return sample.SampleSource(name, sample.SampleConfig.model_validate(node), spool), []
    except ValidationError as error:
        return None, validation_problems(configuration, error, sample.SampleConfig, where)
    return None, [
        configuration.problem(
            (*where, "type"), repr(kind), "files or sample", "Name the kind of this source."
        )
    ]


def _variables(home: Path) -> dict[str, str]:
    """What `${NAME}` in closedloop.yml may name: the deployment's .env file, overridden by the environment."""
    from_file = {name: value for name, value in dotenv_values(home / ".env").items() if value is not None}
    return {**from_file, **os.environ}
