"""Telling people of a failed night or of late data, through whatever services the environment names.

What failed is said by the run; here it is only sent. Nothing here can fail a night.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from orchestration.settings import Deployment, alert_urls

logger = logging.getLogger("closedloop.alerts")


def alert_failure(
    deployment: Deployment, run_id: str, failures: Sequence[tuple[str, str]], what: str = "a night"
) -> None:
    """Tell that `what` failed: its steps with the first line of what each says. The rest may quote personal data."""
    lines = [f"{step}: {first_line(reason)}" for step, reason in failures]
    lines += ["The version before stays live.", f"Run {run_id}; the log is in {deployment.layout.runs}."]
    send(alert_urls(deployment.home), f"closedloop: {what} of {deployment.home.name} failed", lines)


def send(urls: str, title: str, lines: Sequence[str]) -> None:
    """Send to every one of `urls` (apprise's, separated by commas or blanks). Failed deliveries are logged, never
    raised, and by the name of the service alone: its URL is a secret.
    """
    if not urls.strip():
        return
    # Imported late: most nights have nothing to tell.
    from apprise import Apprise

    # Their own lines name hosts and, at their most talkative, what is secret in a URL.
    for name in ("apprise", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    services = Apprise()
    if not services.add(urls):
        logger.warning("CLOSEDLOOP_ALERT_URLS holds a URL that apprise cannot read; that one is left out")
    for service in services:
        try:
            is_sent = service.notify(body="\n".join(lines), title=title)
        except Exception:  # every service has errors of its own
            is_sent = False
        if not is_sent:
            logger.warning("the alert could not be delivered through %s", service.service_name)


def first_line(text: str) -> str:
    """The first line of a message, without the colon that leads to the others."""
    return text.strip().split("\n", 1)[0].removesuffix(":")
