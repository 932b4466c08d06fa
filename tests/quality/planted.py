"""Defects of one row to plant in a warehouse, by the claim or the table of gate 2 that alone must notice.

Planting them and looking is the business of the tests.
"""

from __future__ import annotations

LOST = "select opportunity_id from marts.fct_opportunity where is_closed and not is_won"
REPEATS = "select opportunity_id from marts.bridge_journey_opportunity where is_repeat"
ONE = "where rowid = (select min(rowid) from {table} where {condition})"
DEFECTS = {
    "facts_keep_every_row": ("intermediate.int_channels__touches", "delete", "person_id is null"),
    "every_event_has_one_journey": (
        "intermediate.int_stages__journey_events",
        "delete",
        "not is_kept and source = 'record'",
    ),
    "bridge_weights_sum_to_one": ("marts.bridge_journey_opportunity", "set weight = weight * 0.9", "true"),
    "bridge_cents_sum_to_deals": (
        "marts.bridge_journey_opportunity",
        "set amount_reporting = amount_reporting + 0.01",
        f"amount_reporting <> 0 and opportunity_id in ({LOST})",
    ),
    "bridge_holds_every_linked_deal": (
        "marts.fct_opportunity",
        "set link_rule = 'unlinked'",
        "link_rule <> 'unlinked'",
    ),
    "journeys_follow_each_other": (
        "intermediate.int_stages__journeys",
        "set ended_at = null",
        "next_started_at is not null",
    ),
    "running_journeys_have_no_end": ("marts.fct_lead_to_deal", "set is_open = true", "not is_open"),
    "closings_stay_with_their_deal": (
        "intermediate.int_stages__journey_events",
        "set journey_id = 'elsewhere'",
        "source = 'deal' and stage = 'customer'",
    ),
    "stage_timestamps_are_earliest_events": (
        "marts.fct_lead_to_deal",
        "set sal_at = sal_at - interval 1 second",
        "sal_at is not null",
    ),
    "skipped_stages_add_up": (
        "marts.fct_lead_to_deal",
        "set skipped_stage_count = skipped_stage_count + 1",
        "true",
    ),
    "qualified_marts_hold_every_qualified_journey": ("marts.mart_mql", "delete", "true"),
    "journey_amounts_are_the_bridges_cents": (
        "marts.fct_lead_to_deal",
        "set open_amount = open_amount + 0.01",
        "open_deal_count > 0",
    ),
    "repeats_follow_a_customer": (
        "marts.fct_opportunity",
        "set is_new_business = true",
        f"is_closed and opportunity_id in ({REPEATS})",
    ),
    "touches_are_counted_once": ("marts.fct_lead_to_deal", "set touch_count = touch_count + 1", "true"),
    "attempts_are_numbered_in_order": (
        "intermediate.int_sales__activities",
        "set attempt_number = attempt_number + 1",
        "attempt_number is not null",
    ),
    "funnel_never_widens": (
        "reports.rpt_funnel",
        "set volume = volume + 100",
        "stage = 'customer'",
    ),
    "funnel_counts_every_journey": (
        "reports.rpt_funnel",
        "set value = value + 0.01",
        "stage = 'customer' and funnel_kind = 'any_order'",
    ),
    "conversion_never_falls_with_time": (
        "reports.rpt_funnel",
        "set km_conversion_30d = km_conversion_180d + 0.01",
        "km_conversion_30d is not null",
    ),
    "channel_performance_is_the_facts": (
        "reports.rpt_channel_performance",
        "set visits = visits + 1",
        "true",
    ),
    "effects_add_up_to_the_change": (
        "reports.rpt_movers",
        "set volume_effect = volume_effect + 0.0000000001",
        "true",
    ),
    "movers_hold_every_journey": ("reports.rpt_movers", "set base_now = base_now + 1", "true"),
    "touch_weights_sum_to_one": (
        "intermediate.int_attribution__unit_touches",
        "set linear_weight = linear_weight * 0.9",
        "true",
    ),
    "credited_cents_sum_to_units": (
        "intermediate.int_attribution__unit_touches",
        "set linear_amount = linear_amount + 0.01",
        "linear_amount is not null",
    ),
    "credit_is_the_paths": (
        "intermediate.int_attribution__unit_touches",
        "set first_touch_amount = 0.01",
        "conversion = 'lead' and first_touch_weight = 0",
    ),
    "channels_share_all_conversions": (
        "reports.rpt_channel_attribution",
        "set attributed_amount = attributed_amount + 0.01",
        "attributed_amount is not null",
    ),
    "paths_leave_where_they_enter": (
        "reports.rpt_channel_transition",
        "set transitions = transitions + 1",
        "to_channel = 'CONVERSION'",
    ),
    "campaigns_hold_all_spend": (
        "reports.rpt_campaign_performance",
        "set lead_sourced = lead_influenced + 1",
        "true",
    ),
    "agreement_counts_every_judgement": (
        "reports.rpt_qualification_agreement",
        "set agreed = agreed + 1",
        "true",
    ),
    "pipeline_holds_every_open_deal": (
        "reports.rpt_pipeline",
        "set amount_reporting = amount_reporting + 0.01",
        "true",
    ),
    "attempts_are_reached_by_those_left": (
        "reports.rpt_contact_attempt_yield",
        "set reached = reached + 1",
        "attempt_number = 1 and channel <> 'all'",
    ),
    "cohorts_hold_every_customer_and_cent": (
        "reports.rpt_customer_retention",
        "set retained_revenue = retained_revenue + 0.01",
        "not is_censored",
    ),
    "goals_count_every_journey": (
        "reports.rpt_goal_attainment",
        "set actual = actual + 1",
        "metric = 'mqls' and channel = 'all'",
    ),
    "sla_status_follows_from_its_instants": (
        "marts.fct_sla_event",
        "set breached_at = breached_at + interval 1 second",
        "status = 'breached'",
    ),
    "sla_views_hold_every_event": (
        "marts.fct_sla_event",
        "set commitment = 'renewal'",
        "commitment = 'acceptance' and status = 'met'",
    ),
    "response_times_count_every_response": (
        "reports.rpt_response_time",
        "set under_5 = under_5 + 1",
        "measure = 'clock'",
    ),
}
"""Claim to a defect of one row that it alone must notice: the table, what is done to the row, which row."""
GATE_2_DEFECTS = {
    ("reports", "rpt_ledger"): ("set verdict = 'broken'", "subject = 'crm_lead'", "of crm_lead: "),
    ("reports", "rpt_data_quality"): (
        (
            "set check_name = 'missing_exchange_rate', subject = 'BRL on 2026-01-01', severity = 'critical', "
            "status = 'fail'"
        ),
        "true",
        "missing_exchange_rate of .*: BRL on 2026-01-01",
    ),
    **{
        ("marts", table): (
            f"set {instant} = timestamp '2026-07-01 00:00:01'",
            f"{instant} is not null",
            "1 rows break it",
        )
        for table, instant in (
            ("fct_lead_to_deal", "mql_at"),
            ("fct_opportunity", "closed_at"),
            ("fct_sales_activity", "occurred_at"),
            ("fct_stage_event", "exited_at"),
            ("fct_touch", "occurred_at"),
        )
    },
}
"""Table to a defect of one row that gate 2 must notice there alone: what is done, to which row, what is told."""

VIEWS = {
    ("marts", "fct_touch"): "intermediate.int_channels__touches",
    ("marts", "fct_sales_activity"): "intermediate.int_sales__activities",
    ("marts", "fct_stage_event"): "intermediate.int_stages__stage_events",
}
"""Marts that are views, and the table in which a defect of theirs is planted."""
