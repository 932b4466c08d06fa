"""Rows of the journey marts: fct_lead_to_deal, fct_stage_event, mart_mql, mart_sql.

Marts of deals and activities stand beside what they are made of; reports stand in `reports`.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from tests.oracle.channels import ChannelRules, journey_channels
from tests.oracle.clock import days
from tests.oracle.journeys import Journey, next_events
from tests.oracle.people import Person, md5
from tests.oracle.qualification import Qualification
from tests.oracle.stages import FUNNEL, RULE, STATUS

SAID = ("full_name", "company_name", "job_title", "country")
OUTCOMES = {"recycled": "recycled", "disqualified": "disqualified", "closed_lost": "lost", "customer": "won"}


def _attributes(journey: Journey, lead_values: dict[str, Decimal | None]) -> dict:
    person, lead = journey.person, journey.lead
    records = [*([lead] if lead else []), *person.leads, *person.contacts]

    def first(column: str) -> object:
        if column == "potential_value":
            values = [lead_values.get(record.node) for record in records]
        else:
            values = [record.row[column] for record in records]
        return _first(values)

    columns = ("company_name", "country", "industry", "employee_count", "potential_value")
    return {column: first(column) for column in columns}


def _first(values: list) -> object:
    return next((value for value in values if value is not None), None)


def _is_out_of_order(stamps: list[datetime | None]) -> bool:
    known = [at for at in stamps if at]
    return known != sorted(known)


def _touch_count(journey: Journey, former: Journey | None, is_last: bool) -> int:
    return sum(
        (former is None or touch["occurred_at"] > former.ended_at)
        and (is_last or touch["occurred_at"] <= journey.ended_at)
        for touch in journey.person.touches
    )


def lead_to_deal(
    journeys: dict[str, list[Journey]],
    lead_values: dict[str, Decimal | None],
    touch_channels: dict[str, tuple[str, str]],
    rules: ChannelRules,
    more: dict[str, dict],
) -> list[dict]:
    """Rows of fct_lead_to_deal; `more` has the attempt and deal columns by journey_id."""
    rows = []
    for mine in journeys.values():
        for former, journey in zip([None, *mine], mine, strict=False):
            rows.append(
                _journey_row(journey)
                | _attributes(journey, lead_values)
                | journey_channels(journey.person, journey.lead, journey.lead_at, touch_channels, rules)
                | {"touch_count": _touch_count(journey, former, journey is mine[-1])}
                | more[journey.id]
            )
    return rows


def _journey_row(journey: Journey) -> dict:
    at = {stage: journey.at(stage) for stage in (*FUNNEL, "recycled", "disqualified", "closed_lost")}
    stamps = [at[stage] for stage in FUNNEL]
    declared = {stage: journey.said(stage, STATUS) for stage in ("mql", "sql")}
    rule = {stage: journey.said(stage, RULE) for stage in ("mql", "sql")}
    person, lead = journey.person, journey.lead
    return {
        "journey_id": journey.id,
        "person_id": person.id,
        "cycle_number": journey.cycle,
        "is_reentry": journey.cycle > 1,
        "lead_id": lead.id if lead else None,
        "contact_id": person.contacts[0].id if person.contacts else None,
        "account_id": person.account_id,
        "owner_user_id": lead.row["owner_user_id"] if lead else None,
        "ended_at": journey.ended_at,
        **{f"{stage}_at": instant for stage, instant in at.items()},
        **{f"declared_{stage}_at": event.at if event else None for stage, event in declared.items()},
        **{f"rule_{stage}_at": event.at if event else None for stage, event in rule.items()},
        "qualification_version": rule["mql"].version if rule["mql"] else None,
        "sql_qualification_version": rule["sql"].version if rule["sql"] else None,
        "current_stage": journey.current_stage,
        "furthest_stage": FUNNEL[journey.furthest],
        "skipped_stage_count": sum(instant is None for instant in stamps[: journey.furthest]),
        "is_open": journey.ended_at is None,
        "is_out_of_order": _is_out_of_order(stamps),
        "days_lead_to_mql": days(at["lead"], at["mql"]),
        "days_mql_to_sql": days(at["mql"], at["sql"]),
        "days_sql_to_opportunity": days(at["sql"], at["opportunity"]),
        "days_opportunity_to_customer": days(at["opportunity"], at["customer"]),
        "days_lead_to_customer": days(at["lead"], at["customer"]),
    }


def stage_events(journeys: dict[str, list[Journey]], as_of: datetime) -> list[dict]:
    rows = []
    for mine in journeys.values():
        visits, furthest = defaultdict(int), defaultdict(int)
        for journey, event, after in next_events(mine):
            visits[journey.id, event.stage] += 1
            visit = visits[journey.id, event.stage]
            place = FUNNEL.index(event.stage) if event.stage in FUNNEL else furthest[journey.id]
            rows.append(
                {
                    "stage_event_id": md5(f"{journey.id}:{event.stage}:{visit}"),
                    "journey_id": journey.id,
                    "person_id": journey.person.id,
                    "stage": event.stage,
                    "entered_at": event.at,
                    "exited_at": after.at if after else None,
                    "time_in_stage_days": days(event.at, after.at if after else as_of),
                    "visit_number": visit,
                    "is_regression": place < furthest[journey.id],
                    "is_inferred": event.is_inferred,
                }
            )
            furthest[journey.id] = max(furthest[journey.id], place)
    return rows


def qualified(
    stage: str,
    journeys: dict[str, list[Journey]],
    facts: list[dict],
    users: list[dict],
    qualification: Qualification,
) -> list[dict]:
    """Rows of mart_mql or mart_sql, from the rows of fct_lead_to_deal."""
    teams = {user["user_id"]: user["team"] for user in users}
    by_id = {journey.id: journey for mine in journeys.values() for journey in mine}
    later = FUNNEL[FUNNEL.index(stage) + 1 :]
    rows = []
    for fact in facts:
        at = fact[f"{stage}_at"]
        if at is None:
            continue
        person = by_id[fact["journey_id"]].person
        scores = qualification.scores(person, stage, at)
        reached = [
            (fact[f"{name}_at"], place, name) for place, name in enumerate(later) if fact[f"{name}_at"]
        ]
        following = min((each for each in reached if each[0] >= at), default=(None, None, None))
        version = "qualification_version" if stage == "mql" else "sql_qualification_version"
        rows.append(
            {
                "journey_id": fact["journey_id"],
                "person_id": fact["person_id"],
                "owner_user_id": fact["owner_user_id"],
                "team": teams.get(fact["owner_user_id"]),
                "channel": fact["original_channel"],
                "campaign_id": fact["campaign_id"],
                f"{stage}_at": at,
                f"declared_{stage}_at": fact[f"declared_{stage}_at"],
                f"rule_{stage}_at": fact[f"rule_{stage}_at"],
                "qualification_version": fact[version],
                "fit_score": scores.fit if scores else None,
                "intent_score": scores.intent if scores else None,
                "potential_value": fact["potential_value"],
                "next_stage": following[2],
                "days_to_next_stage": days(at, following[0]),
                "outcome": OUTCOMES.get(fact["current_stage"]) or ("advanced" if reached else "in_progress"),
                "is_nurtured": fact["is_reentry"],
                "touches_before": sum(touch["occurred_at"] <= at for touch in person.touches),
            }
        )
    return rows


def touch_rows(touches: list[dict], whose: dict, touch_channels: dict[str, tuple[str, str]]) -> list[dict]:
    """Rows of fct_touch."""
    return [
        {
            "touch_id": touch["touch_id"],
            "person_id": whose[touch["touch_id"]].id if touch["touch_id"] in whose else None,
            "occurred_at": touch["occurred_at"],
            "channel": touch_channels[touch["touch_id"]][0],
            "source_confidence": touch_channels[touch["touch_id"]][1],
            "campaign_id": touch["campaign_id"],
            "touch_type": touch["touch_type"],
        }
        for touch in touches
    ]


def person_rows(people: dict[str, Person]) -> list[dict]:
    """Rows of dim_person: names, addresses and the like are those of the first record that has one."""
    return [
        {
            "person_id": person.id,
            "record_count": len(person.records),
            "email": _first([record.mail for record in person.records]),
            "phone": _first([record.phone for record in person.records]),
            **{name: _first([record.row.get(name) for record in person.records]) for name in SAID},
            "first_created_at": min((r.created_at for r in person.records if r.created_at), default=None),
        }
        for person in {each.id: each for each in people.values()}.values()
    ]
