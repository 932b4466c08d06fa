"""Telling people of a failed night or of late data, through whatever services the environment names.

What failed is said by the run, which promises broke in `breaches`; here it is only sent. Nothing here can fail a night.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.settings import Deployment, alert_urls
from orchestration.upkeep.full_disk import full_disk

if TYPE_CHECKING:
    from apprise import NotifyBase

logger = logging.getLogger("closedloop.alerts")


@dataclass(frozen=True)
class Service:
    """One URL to send to. `key` tells it from others without giving it away: the URL is a secret."""

    key: str
    plugin: NotifyBase

    @property
    def name(self) -> str:
        """What kind of service it is."""
        return str(self.plugin.service_name)

    def deliver(self, title: str, lines: Sequence[str]) -> bool:
        """Send; whether it was taken. A failed delivery is logged, never raised."""
        try:
            is_sent = bool(self.plugin.notify(body="\n".join(lines), title=title))
        except Exception:  # every service has errors of its own
            is_sent = False
        if not is_sent:
            logger.warning("the alert could not be delivered through %s", self.name)
        return is_sent


def services(urls: str) -> Iterator[Service]:
    """The services that `urls` (apprise's, separated by commas or blanks) name. One that cannot be read is logged."""
    for url, plugin in _read(urls):
        if plugin is None:
            logger.warning("an alert URL cannot be read by apprise; that one is left out")
        else:
            yield Service(hashlib.sha256(url.encode()).hexdigest()[:16], plugin)


def unreadable(urls: str) -> int:
    """How many of `urls` name no service."""
    return sum(plugin is None for _, plugin in _read(urls))


def _read(urls: str) -> Iterator[tuple[str, NotifyBase | None]]:
    if not urls.strip():
        return
    # Imported late: most nights have nothing to tell.
    from apprise import Apprise

    # Their own lines name hosts and, at their most talkative, what is secret in a URL.
    for name in ("apprise", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    for url in re.split(r"[\s,]+(?=[\w-]+://)", urls.strip(" \t\r\n,")):
        yield url, Apprise.instantiate(url)


def alert_failure(
    deployment: Deployment, run_id: str, failures: Sequence[tuple[str, str]], what: str = "a night"
) -> None:
    """Tell that `what` failed: its steps with the first line of what each says. The rest may quote personal data."""
    lines = [f"{step}: {first_line(reason)}" for step, reason in failures]
    lines += ["The version before stays live.", f"Run {run_id}; the log is in {deployment.layout.runs}."]
    send(alert_urls(deployment.home), f"closedloop: {what} of {deployment.home.name} failed", lines)


def alert_not_begun(home: Path, error: Exception, what: str = "a night") -> None:
    """Tell that `what` never began, with the first line of why. Asks nothing of the deployment but its alert URLs."""
    why = first_line(str(full_disk(error) or error))
    send(alert_urls(home), f"closedloop: {what} of {home.name} could not run", [why])


def send(urls: str, title: str, lines: Sequence[str]) -> None:
    """Send to every one of `urls`. Never raises: what cannot be read or delivered is logged."""
    for service in services(urls):
        service.deliver(title, lines)


def first_line(text: str) -> str:
    """The first line of a message, without the colon that leads to the others."""
    return text.strip().split("\n", 1)[0].removesuffix(":")
