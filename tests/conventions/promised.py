"""The columns of published tables that readers rely on: more may be added, nothing of this may go or be renamed.

What they mean stands in the documentation; that they are there is tested beside this.
"""

from __future__ import annotations

PROMISED = {
    "fct_lead_to_deal": """journey_id person_id cycle_number is_reentry lead_id contact_id account_id owner_user_id
        company_name country industry employee_count potential_value original_channel lead_channel source_confidence
        campaign_id lead_at ended_at mql_at declared_mql_at rule_mql_at qualification_version sal_at sql_at
        declared_sql_at rule_sql_at sql_qualification_version opportunity_at customer_at recycled_at disqualified_at
        closed_lost_at current_stage furthest_stage skipped_stage_count is_open is_out_of_order days_lead_to_mql
        days_mql_to_sql days_sql_to_opportunity days_opportunity_to_customer days_lead_to_customer touch_count
        attempt_count first_attempt_at first_contact_at speed_to_lead_minutes speed_to_lead_business_minutes
        deal_count open_deal_count won_deal_count open_amount won_amount lifetime_won_amount""",
    "fct_stage_event": """stage_event_id journey_id person_id stage entered_at exited_at time_in_stage_days
        visit_number is_regression is_inferred""",
    "mart_mql": """journey_id person_id owner_user_id team channel campaign_id mql_at declared_mql_at rule_mql_at
        qualification_version fit_score intent_score potential_value next_stage days_to_next_stage outcome
        is_nurtured touches_before""",
    "mart_sql": """journey_id person_id owner_user_id team channel campaign_id sql_at declared_sql_at rule_sql_at
        qualification_version fit_score intent_score potential_value next_stage days_to_next_stage outcome
        is_nurtured touches_before""",
    "fct_opportunity": """opportunity_id account_id owner_user_id opportunity_type stage amount currency
        amount_reporting created_at closed_at is_won is_closed link_rule loss_reason""",
    "bridge_journey_opportunity": "journey_id opportunity_id link_rule weight amount_reporting is_repeat",
    "fct_touch": "touch_id person_id occurred_at channel source_confidence campaign_id touch_type",
    "fct_sales_activity": """activity_id journey_id owner_user_id activity_type direction outcome occurred_at
        attempt_number is_attempt is_contact""",
    "fct_attribution_path": """conversion journey_id opportunity_id touch_id channel campaign_id conversion_weight
        first_touch_weight first_touch_amount last_touch_weight last_touch_amount linear_weight linear_amount
        u_shaped_weight u_shaped_amount time_decay_weight time_decay_amount w_shaped_weight w_shaped_amount
        full_path_weight full_path_amount""",
    "fct_attribution_credit": """conversion journey_id opportunity_id touch_id channel campaign_id model weight
        conversion_weight attributed_amount""",
    "fct_ad_spend_daily": "spend_date platform campaign_id spend_reporting impressions clicks channel",
    "fct_sla_event": """sla_event_id journey_id sla_policy_id commitment owner_user_id team started_at due_at ended_at
        elapsed_minutes elapsed_business_minutes attempts missing_fields completeness filled_later calendar_id status
        breached_at exclusion_reason""",
    "sla_first_response": "sla_event_id journey_id status channel company_name potential_value stage",
    "sla_acceptance": "sla_event_id journey_id status channel company_name potential_value stage",
    "sla_attempts": "sla_event_id journey_id status attempts channel company_name potential_value stage",
    "sla_handoff": "sla_event_id journey_id status missing_fields completeness filled_later channel company_name",
    "sla_compliance": "month team owner_user_id sla_policy_id met breached pending at_risk excluded attainment",
    "dim_date": "date_day",
    "dim_channel": "channel",
    "dim_campaign": "campaign_id",
    "dim_owner": "owner_user_id team",
    "dim_account": "account_id",
    "dim_stage": "stage",
    "dim_sla_policy": "sla_policy_id",
    "dim_person": "person_id",
    "rpt_funnel": """lead_month channel funnel_kind stage volume conversion velocity value km_conversion_30d
        km_conversion_60d km_conversion_90d km_conversion_180d""",
    "rpt_channel_performance": """lead_month channel visits leads mqls sqls opportunities customers visit_to_lead
        lead_to_mql mql_to_sql sql_to_opportunity opportunity_to_customer lead_to_customer spend cost_per_lead
        cost_per_mql cost_per_sql cost_per_customer won_amount roi""",
    "rpt_movers": """period_type period_start metric channel base_before base_now metric_before metric_now change
        volume_effect mix_effect rate_effect""",
    "rpt_qualification_agreement": "lead_month channel stage agreed declared_only rule_only",
    "rpt_pipeline": "close_month owner_user_id stage open_deals amount_reporting coverage",
    "rpt_contact_attempt_yield": """channel attempt_number reached contacted hazard hazard_low hazard_high
        value_of_contact marginal_value marginal_cost recommended_attempts insufficient_data stopped_by
        smallest_policy_attempts largest_policy_attempts""",
    "rpt_customer_retention": """acquisition_month channel months_since customers active retained_revenue
        retention_rate is_censored""",
    "rpt_customer_retention_by_sla": """acquisition_month channel first_response months_since customers active
        retained_revenue retention_rate is_censored""",
    "rpt_goal_attainment": """month metric channel target actual attainment expected_working_days
        expected_calendar_days pace pace_calendar_days forecast status""",
    "sla_marketing_commitment": """month metric channel target actual attainment expected_working_days
        expected_calendar_days pace pace_calendar_days forecast status""",
    "rpt_channel_attribution": """conversion model channel conversions share attributed_amount removal_effect""",
    "rpt_channel_transition": "conversion from_channel to_channel transitions probability",
    "rpt_campaign_performance": """campaign_id spend touches lead_sourced lead_influenced mql_sourced mql_influenced
        opportunity_sourced opportunity_influenced won_sourced won_influenced won_amount_sourced
        won_amount_influenced""",
    "rpt_sla_breaches": """sla_event_id journey_id commitment status owed_by owner_user_id team minutes_late late_since
        stage channel company_name potential_value rank""",
    "rpt_response_time": """month team measure responses p50 p90 p95 under_5 from_5_to_15 from_15_to_60 over_60""",
    "rpt_ledger": "identity subject left_side right_side difference verdict",
    "rpt_data_quality": "check_name table_name status",
}
