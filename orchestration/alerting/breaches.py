"""Telling teams which promises of the SLA broke or are about to, out of the live version, each once.

How a message is sent is said in `alerts`, what was told already in `alert_log`. Nothing here can fail a night.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from orchestration.alerting.alert_log import AlertKey, AlertLog
from orchestration.alerting.alerts import Service, services
from orchestration.publish import Publication, current
from orchestration.publish.reading import ask
from orchestration.settings import Deployment, alert_urls, now

logger = logging.getLogger("closedloop.alerts")

WORTH_TELLING = timedelta(days=7)
"""A promise that broke longer ago stands in the report only: nobody acts on it for an alert, and the first run of a
company of many years has thousands."""
NAMED = 10
"""Promises that a digest names, the most valuable first; the others it counts."""

QUERY = f"""
    select
        breaches.sla_event_id,
        breaches.status,
        breaches.commitment,
        case breaches.owed_by when 'marketing' then 'marketing' else coalesce(breaches.team, 'unassigned') end as team,
        journeys.lead_id,
        breaches.company_name,
        breaches.owner_user_id,
        breaches.late_since,
        breaches.minutes_late,
        events.ended_at is null as is_running,
        breaches.potential_value
    from reports.rpt_sla_breaches as breaches
    inner join marts.fct_sla_event as events on breaches.sla_event_id = events.sla_event_id
    inner join marts.fct_lead_to_deal as journeys on breaches.journey_id = journeys.journey_id
    where breaches.status = 'at_risk' or breaches.late_since > getvariable('as_of') - interval {WORTH_TELLING.days} days
    order by breaches.rank
"""


class Promise(NamedTuple):
    """A promise that is breached or at risk. `late_since` is when it was or will be due, naive UTC; `is_running` while
    nothing has ended it.
    """

    sla_event_id: str
    status: str
    commitment: str
    team: str
    lead_id: str | None
    company_name: str | None
    owner_user_id: str | None
    late_since: datetime
    minutes_late: float
    is_running: bool
    potential_value: Decimal | None

    @property
    def alert_key(self) -> AlertKey:
        return self.sla_event_id, self.status


def tell_breaches(deployment: Deployment) -> None:
    """Tell each team what is newly breached or at risk: one digest a service, nothing twice. Never raises.

    A version that speaks for an earlier moment than one that was told of tells nothing: it is the past. Nor does one
    of a moment that is still to come: what it calls late is not. What could not be delivered is told with the next run,
    as long as it is worth telling.
    """
    try:
        live = current(deployment.layout.published)
        if live is not None:
            _tell(deployment, live)
    except Exception as error:  # whatever it is, the version is published and the night went well
        logger.warning("teams were not told of breaches: %s", error)


def _tell(deployment: Deployment, live: Publication) -> None:
    default = alert_urls(deployment.home)
    of_teams = {
        team.strip().casefold(): urls.get_secret_value()
        for team, urls in deployment.options.team_alert_urls.items()
    }
    if not (default or of_teams):
        return
    alert_log = AlertLog(deployment.layout.told_db)
    left_open = alert_log.left_open()
    if left_open:
        logger.warning(
            "a run was killed while it told of %s breaches; if they did not arrive, rpt_sla_breaches has them",
            left_open,
        )
    clock = now()
    if live.as_of > clock:
        logger.warning(
            "nothing is told of breaches: %s speaks for a moment that is still to come", live.version
        )
        return
    # What was told for a later moment keeps nobody from hearing of this one.
    newest = alert_log.newest(clock)
    if newest is not None and live.as_of < newest:
        logger.info("nothing is told of breaches: %s speaks for the past", live.version)
        return
    by_team: dict[str, list[Promise]] = {}
    for promise in late_promises(deployment):
        by_team.setdefault(promise.team, []).append(promise)
    urls_of = {team: of_teams.get(team.strip().casefold(), default) for team in by_team}
    # Read once, so that a URL that names no service is said once and not for every team.
    services_of = {urls: list(services(urls)) for urls in set(urls_of.values())}
    for team, promises in by_team.items():
        for service in services_of[urls_of[team]]:
            _tell_team(deployment, live, alert_log, service, team, promises)


def _tell_team(
    deployment: Deployment,
    live: Publication,
    alert_log: AlertLog,
    service: Service,
    team: str,
    promises: Sequence[Promise],
) -> None:
    untold = alert_log.untold(service.key, [promise.alert_key for promise in promises])
    new = [promise for promise in promises if promise.alert_key in untold]
    if not new:
        return
    title = f"closedloop: {team} of {deployment.home.name}: {counted(new)}"
    lines = digest(new, live.as_of, deployment.zone, deployment.options.vars.reporting_currency)
    alert_log.note(service.key, [promise.alert_key for promise in new], live.as_of)
    if service.deliver(title, lines):
        alert_log.confirm(service.key)
        logger.info("told %s through %s: %s", team, service.name, counted(new))
    else:
        alert_log.forget(service.key)


def late_promises(deployment: Deployment) -> list[Promise]:
    """What the live version says is at risk, or broke so lately that it is worth telling; the most valuable first."""
    with ask(deployment.layout.published, QUERY) as answer:
        return [Promise(*row) for row in answer.rows]


def counted(promises: Sequence[Promise]) -> str:
    """How many of each status, in words."""
    counts = Counter(promise.status for promise in promises)
    words = {"breached": "breached", "at_risk": "at risk"}
    return ", ".join(f"{counts[status]:,} {word}" for status, word in words.items() if counts[status])


def digest(promises: Sequence[Promise], as_of: datetime, zone: ZoneInfo, currency: str) -> list[str]:
    """The lines of a message: the moment, the first of the promises one by one, and how many more there are.

    Moments are shown in `zone`, values in `currency`.
    """
    lines = [f"New as of {_local(as_of, zone)} ({zone.key}):"]
    lines += [f"- {_line(promise, zone, currency)}" for promise in promises[:NAMED]]
    if len(promises) > NAMED:
        lines.append(f"and {len(promises) - NAMED:,} more. All of them are in reports.rpt_sla_breaches.")
    return lines


def _line(promise: Promise, zone: ZoneInfo, currency: str) -> str:
    due = _local(promise.late_since, zone)
    if promise.status == "at_risk":
        status, when = "at risk", f"due {due}"
    elif promise.commitment == "handoff":
        status, when = "breached", f"handed over incomplete {due}"
    else:
        status, when = "breached", f"was due {due}, {_ending(promise)}"
    parts = [
        f"{status}: {promise.commitment.replace('_', ' ')}",
        f"lead {promise.lead_id}" if promise.lead_id else "no lead",
        promise.company_name,
        f"owner {promise.owner_user_id}" if promise.owner_user_id else "no owner",
        when,
        f"worth {promise.potential_value:,.2f} {currency}" if promise.potential_value else None,
    ]
    return ", ".join(part for part in parts if part)


def _ending(promise: Promise) -> str:
    if promise.commitment == "attempts":
        return "not done in time"  # whether they were made later is nobody's question: a lead is worked in its window
    return "not done yet" if promise.is_running else f"done {_long(promise.minutes_late)} late"


def _long(minutes: float) -> str:
    """A duration in the largest unit of which there are at least two."""
    for unit, size in (("days", 1440), ("hours", 60)):
        if minutes >= 2 * size:
            return f"{minutes / size:.0f} {unit}"
    return f"{minutes:.0f} minutes"


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.replace(tzinfo=UTC).astimezone(zone):%Y-%m-%d %H:%M}"
