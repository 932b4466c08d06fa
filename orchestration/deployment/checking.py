"""Every mistake of a deployment at once: configuration, what its sources find, alert URLs, and the agreement.

Nothing is landed or run here; each part is judged by the module that owns it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ingestion.sources.files import FileSource
from orchestration.agreement import Problem, check_agreement, errors
from orchestration.agreement.rules import Terms
from orchestration.alerting.alerts import unreadable
from orchestration.deployment.configuration import Configuration, read_configuration
from orchestration.settings import FILE, Deployment, alert_urls, read_deployment


def problems(home: Path) -> list[Problem]:
    """Mistakes and notes, in the order of configuration, sources, seeds; an empty list where all is well."""
    deployment, found = read_deployment(home)
    if not (home / FILE).is_file():
        return found
    if deployment is None:
        return found + _agreement_alone(home)
    configuration = read_configuration(home / FILE, {})
    return [
        *found,
        *_sources(configuration, deployment),
        *_alerts(configuration, deployment),
        *check_agreement(deployment.seeds, deployment.terms),
    ]


def _sources(configuration: Configuration, deployment: Deployment) -> list[Problem]:
    """What the files say against the configuration. A sample makes its own rows: it has nothing to find."""
    return [
        replace(
            configuration.problem(
                ("sources", name, *mistake.keys), mistake.found, mistake.expected, mistake.action
            ),
            severity=mistake.severity,
        )
        for name, source in deployment.sources.items()
        if isinstance(source, FileSource)
        for mistake in source.mistakes()
    ]


def _alerts(configuration: Configuration, deployment: Deployment) -> Iterator[Problem]:
    """Alert URLs that name no service. They stop nothing, but nobody would miss an alert that never comes."""
    expected, action = "URLs that apprise knows, separated by commas or blanks", "Correct the variable."
    for team, urls in deployment.options.team_alert_urls.items():
        if count := unreadable(urls.get_secret_value()):
            found = f"{count} URL(s) that name no service"
            problem = configuration.problem(("team_alert_urls", team), found, expected, action)
            yield replace(problem, severity="note")
    if count := unreadable(alert_urls(deployment.home)):
        found = f"{count} URL(s) that name no service"
        yield Problem("CLOSEDLOOP_ALERT_URLS", None, None, found, expected, action, severity="note")


def _agreement_alone(home: Path) -> list[Problem]:
    # The options cannot be read, so the seeds are judged where they are by default and without what they must fit.
    folder = home / "seeds"
    # Notes are left for then: they would miss a calendar that is named, under a key which cannot be read.
    return errors(check_agreement(folder, Terms("USD", None, ()))) if folder.is_dir() else []
