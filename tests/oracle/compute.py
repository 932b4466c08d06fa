"""The marts from extracts, seeds and vars: the order in which the definitions build on each other.

No definition itself belongs here.
"""

from __future__ import annotations

from tests.oracle import activities, bridge, dimensions, marts, money_reports, reports, sla_reports
from tests.oracle.business_time import calendars
from tests.oracle.channels import ChannelRules
from tests.oracle.clock import Clock
from tests.oracle.data_quality import data_quality
from tests.oracle.deals import Deal, link, live_deals
from tests.oracle.journeys import Journey, creation_events, form_journeys
from tests.oracle.lead_fields import LeadFields
from tests.oracle.money import Rates
from tests.oracle.people import Person, assign_touches, find_people
from tests.oracle.qualification import Qualification
from tests.oracle.records import LEAD, Records
from tests.oracle.sla import Sla
from tests.oracle.stages import STATUS, Event, StageWords, status_events
from tests.oracle.staging import staged
from tests.oracle.unmatched import unmatched

DEFAULTS = {
    "reporting_timezone": "UTC",
    "reporting_currency": "USD",
    "mql_basis": None,
    "sql_basis": None,
    "replay_version": None,
    "account_link_days": 180,
    "max_phone_sharing": 3,
    "default_country_code": None,
    "attribution_lookback_days": 90,
    "min_attempt_sample": 30,
    "default_calendar_id": None,
    "goal_calendar_id": None,
}


def compute(
    landed: dict[str, list[dict]], seeds: dict[str, list[dict]], variables: dict
) -> dict[str, list[dict]]:
    """Rows of each mart.

    `landed` has typed contract columns and the landing's own by table, `seeds` typed columns by seed (absent =
    empty), `variables` at least as_of, a naive UTC datetime.
    """
    said = DEFAULTS | variables
    seed = {name: seeds.get(name, []) for name in SEEDS}
    clock = Clock(said["as_of"], said["reporting_timezone"])
    tables = staged(landed, clock)
    rates = Rates(seed["fx_rates"], said["reporting_currency"])
    words = StageWords(seed["stage_mapping"])
    rules = ChannelRules(seed["channel_rules"])

    records = Records(tables, seed["shared_mailboxes"], said["default_country_code"])
    people = find_people(records, tables["crm_account"], seed["free_mail_domains"], said["max_phone_sharing"])
    whose = assign_touches(records, people, tables["marketing_touch"])
    touch_channels = {touch["touch_id"]: rules.of_touch(touch) for touch in tables["marketing_touch"]}
    lead_values = {
        node: rates.convert(lead.row["potential_value"], lead.row["currency"], clock.day(lead.created_at))
        for node, lead in records.live.items()
        if lead.kind == LEAD
    }
    deals = live_deals(tables["crm_opportunity"], words, rates, clock)
    link(deals, tables["crm_opportunity_contact"], records, people, said["account_link_days"])
    qualification = Qualification(
        seed["qualification_rules"],
        seed["qualification_thresholds"],
        said["replay_version"],
        lead_values,
        clock,
    )
    statuses = status_events(records, tables["crm_lead_history"], words, clock)
    bases = {
        stage: said[f"{stage}_basis"] or ("declared" if stage in words.declares else "rule")
        for stage in ("mql", "sql")
    }
    journeys = {
        person.id: _journeys(person, statuses, qualification, bases, deals)
        for person in {each.id: each for each in people.values()}.values()
    }
    every = [journey for mine in journeys.values() for journey in mine]

    bridged = bridge.bridge(every)
    acts = activities.sales_activities(tables["crm_activity"], records, people, deals, journeys)
    attempts = activities.number_attempts(acts, every)
    sums = bridge.deal_columns(every, bridged, deals)
    more = {journey.id: attempts[journey.id] | sums[journey.id] for journey in every}
    facts = marts.lead_to_deal(journeys, lead_values, touch_channels, rules, more)
    users = tables["crm_user"]
    fields = LeadFields(records, tables["crm_lead_history"], said["default_country_code"])
    sla = Sla(every, facts, acts, fields, users, seed, said["default_calendar_id"], clock)
    for fact in facts:
        fact["speed_to_lead_business_minutes"] = sla.business_speed[fact["journey_id"]]
    made = money_reports.Made(
        journeys=every, facts=facts, bridged=bridged, deals=deals, activities=acts, sla_events=sla.events
    )
    made_marts = {
        "fct_lead_to_deal": facts,
        "fct_stage_event": marts.stage_events(journeys, clock.as_of),
        "mart_mql": marts.qualified("mql", journeys, facts, users, qualification),
        "mart_sql": marts.qualified("sql", journeys, facts, users, qualification),
        "fct_opportunity": bridge.opportunities(deals, rates),
        "bridge_journey_opportunity": bridged,
        "fct_touch": marts.touch_rows(tables["marketing_touch"], whose, touch_channels),
        "fct_sales_activity": acts,
        "dim_person": marts.person_rows(people),
        "dim_account": dimensions.accounts(tables["crm_account"]),
        "dim_campaign": dimensions.campaigns(tables["campaign"], said["reporting_currency"]),
        "dim_channel": dimensions.channels(
            *(tables[name] for name in ("marketing_touch", "web_visit_daily", "ad_spend", "campaign")),
            seed["channel_rules"],
        ),
        "dim_owner": dimensions.owners(users),
        "dim_date": dimensions.days(facts, clock),
        "dim_stage": dimensions.stages(),
        "rpt_funnel": reports.funnel(facts, bridged, clock),
        "rpt_qualification_agreement": reports.qualification_agreement(facts, clock),
        "rpt_pipeline": reports.pipeline(deals, bridged, seed["targets"], clock),
        "fct_sla_event": sla.events,
        **sla_reports.by_commitment(sla.events, facts),
        "dim_sla_policy": sla_reports.policies(seed["sla_policies"]),
        "sla_compliance": sla_reports.compliance(sla.events, facts, clock),
        "rpt_response_time": sla_reports.response_times(sla.events, clock),
        "rpt_sla_breaches": sla_reports.breaches(sla.events, facts, clock.as_of),
        "rpt_unmatched_channel": unmatched(tables, records, rules, rates, clock),
        **money_reports.money_marts(made, tables, seed, touch_channels, rules, rates, said, clock),
    }
    hours = calendars(
        *(seed[name] for name in ("business_calendars", "business_hours", "calendar_exceptions"))
    )
    judged = data_quality(tables, records, deals, made_marts, words, rates, hours, clock)
    return made_marts | {"rpt_data_quality": judged}


SEEDS = (
    "channel_rules",
    "stage_mapping",
    "qualification_rules",
    "qualification_thresholds",
    "shared_mailboxes",
    "free_mail_domains",
    "fx_rates",
    "targets",
    "attempt_costs",
    "sla_policies",
    "business_calendars",
    "business_hours",
    "calendar_exceptions",
)


def _journeys(
    person: Person,
    statuses: dict[str, list[Event]],
    qualification: Qualification,
    bases: dict[str, str],
    deals: list[Deal],
) -> list[Journey]:
    events = creation_events(person)
    judged = [event for lead in person.leads for event in statuses[lead.node]]
    judged += [event for stage in bases if (event := qualification.event(person, stage))]
    others = []
    for event in judged:
        basis = bases.get(event.stage, "earliest")
        takes_part = basis == "earliest" or (basis == "declared") == (event.source == STATUS)
        (events if takes_part else others).append(event)
    mine = [deal for deal in deals if any(each.id == person.id for each in deal.people)]
    return form_journeys(person, events, others, mine)
