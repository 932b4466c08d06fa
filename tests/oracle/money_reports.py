"""The marts of money put together: attribution, spend, goals, attempts, retention, movers.

No definition itself belongs here; what comes before them is put together in `compute`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.oracle import attempts, attribution, campaigns, channel_credit, goals, performance, retention
from tests.oracle.channels import ChannelRules
from tests.oracle.clock import Clock
from tests.oracle.deals import Deal
from tests.oracle.journeys import Journey
from tests.oracle.money import Rates


@dataclass(frozen=True)
class Made:
    """What the marts of money are made of: journeys and deals, and rows of the marts before them."""

    journeys: list[Journey]
    facts: list[dict]
    bridged: list[dict]
    deals: list[Deal]
    activities: list[dict]
    sla_events: list[dict] = field(default_factory=list)


def attribution_marts(
    made: Made,
    tables: dict[str, list[dict]],
    touch_channels: dict[str, tuple[str, str]],
    spend: list[dict],
    lookback_days: int,
    clock: Clock,
) -> dict[str, list[dict]]:
    units = attribution.conversion_units(made.journeys, made.bridged, made.deals, lookback_days)
    credited = attribution.credits(units, touch_channels)
    walks = {
        conversion: channel_credit.paths(
            conversion, units, made.journeys, touch_channels, lookback_days, clock.as_of
        )
        for conversion in attribution.CONVERSIONS
    }
    return {
        "fct_attribution_path": attribution.path_rows(credited),
        "fct_attribution_credit": credited,
        "rpt_channel_attribution": channel_credit.channel_attribution(units, credited, walks),
        "rpt_channel_transition": channel_credit.transition_rows(walks),
        "rpt_campaign_performance": campaigns.campaign_performance(
            tables["campaign"], tables["marketing_touch"], spend, units
        ),
    }


def money_marts(
    made: Made,
    tables: dict[str, list[dict]],
    seed: dict[str, list[dict]],
    touch_channels: dict[str, tuple[str, str]],
    rules: ChannelRules,
    rates: Rates,
    said: dict,
    clock: Clock,
) -> dict[str, list[dict]]:
    """Rows of each mart of money, by name."""
    spend = campaigns.ad_spend(tables["ad_spend"], tables["campaign"], rules, rates)
    visits = campaigns.visit_channels(tables["web_visit_daily"], rules)
    traffic = campaigns.by_month_and_channel(spend, visits)
    answered = {
        row["journey_id"]: row["status"] for row in made.sla_events if row["commitment"] == "first_response"
    }
    known = retention.customers(made.deals, made.facts, made.bridged, answered, clock)
    goal_rows = _goals(made, known, seed, said, clock)
    return attribution_marts(
        made, tables, touch_channels, spend, said["attribution_lookback_days"], clock
    ) | {
        "fct_ad_spend_daily": spend,
        "rpt_channel_performance": performance.channel_performance(made.facts, traffic, clock),
        "rpt_movers": performance.movers(made.facts, clock),
        "rpt_contact_attempt_yield": attempts.attempt_yield(
            made.facts,
            made.activities,
            seed["attempt_costs"],
            seed["sla_policies"],
            said["min_attempt_sample"],
            clock,
        ),
        "rpt_customer_retention": retention.customer_retention(known, clock),
        "rpt_customer_retention_by_sla": retention.customer_retention(known, clock, by_sla=True),
        "rpt_goal_attainment": goal_rows,
        "sla_marketing_commitment": goal_rows,
    }


def _goals(
    made: Made, known: list[retention.Customer], seed: dict[str, list[dict]], said: dict, clock: Clock
) -> list[dict]:
    actuals = goals.Actuals(clock)
    actuals.add_journeys(made.facts)
    actuals.add_deals(made.deals, made.bridged, made.facts)
    actuals.add_first_responses(made.sla_events, made.facts)
    actuals.add_customers(known)
    calendar_id = said["goal_calendar_id"] or said["default_calendar_id"]
    works = goals.working_day(calendar_id, seed["business_hours"], seed["calendar_exceptions"])
    return goals.goal_attainment(seed["targets"], actuals, works, clock)
