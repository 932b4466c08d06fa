-- The road of every lead from first touch to closed deal. Grain: one row per journey (person and cycle).
{{ config(materialized='sliced', slice_by='person_id', unpacked=['journey_id', 'person_id', 'lead_id']) }}

{%- set funnel = funnel_stages() %}

with journeys as (
    select
        journey_id,
        person_id,
        cycle_number,
        lead_id,
        former_ended_at,
        next_started_at,
        ended_at,
        lead_at,
        mql_at,
        declared_mql_at,
        rule_mql_at,
        sal_at,
        sql_at,
        declared_sql_at,
        rule_sql_at,
        opportunity_at,
        customer_at,
        recycled_at,
        disqualified_at,
        closed_lost_at,
        current_stage,
        case
            {% for stage in funnel | reverse -%}
            when {{ stage }}_at is not null then {{ funnel.index(stage) + 1 }}
            {% endfor -%}
        end as furthest_position
    from {{ ref('int_stages__journeys') }}
),

-- All touches of a person count for a lone journey; only those of people with several are told apart by time.
person_touches as (
    select
        person_id,
        count(*) as touch_count
    from {{ ref('int_channels__touches') }}
    where person_id is not null
    group by person_id
),

touches as (
    select
        journeys.journey_id,
        person_touches.touch_count
    from journeys
    inner join person_touches on journeys.person_id = person_touches.person_id
    where journeys.former_ended_at is null and journeys.next_started_at is null

    union all

    select
        spans.journey_id,
        count(*) as touch_count
    from (
        select
            journey_id,
            person_id,
            coalesce(former_ended_at, timestamp '0001-01-01 00:00:00') as counts_after,
            case when next_started_at is null then timestamp '9999-12-31 00:00:00' else ended_at end as counts_until
        from journeys
        where former_ended_at is not null or next_started_at is not null
    ) as spans
    inner join {{ ref('int_channels__touches') }} as touches
        on spans.person_id = touches.person_id
        and spans.counts_after < touches.occurred_at
        and touches.occurred_at <= spans.counts_until
    group by spans.journey_id
),

attempts as (
    select
        journey_id,
        count(*) as attempt_count,
        min(occurred_at) as first_attempt_at,
        min(case when is_contact then occurred_at end) as first_contact_at
    from {{ ref('int_sales__activities') }}
    where attempt_number is not null
    group by journey_id
),

deals as (
    select
        journey_id,
        count(case when not is_repeat then 1 end) as deal_count,
        count(case when not is_repeat and closed_at is null then 1 end) as open_deal_count,
        count(case when not is_repeat and is_won then 1 end) as won_deal_count,
        sum(case when not is_repeat and closed_at is null then amount_reporting end) as open_amount,
        sum(case when not is_repeat and is_won then amount_reporting end) as won_amount,
        sum(case when is_won then amount_reporting end) as lifetime_won_amount
    from {{ ref('int_revenue__journey_deals') }}
    group by journey_id
),

final as (
    select
        journeys.journey_id,
        journeys.person_id,
        journeys.cycle_number,
        journeys.cycle_number > 1 as is_reentry,
        journeys.lead_id,
        attributes.contact_id,
        accounts.account_id,
        leads.owner_user_id,
        attributes.company_name,
        attributes.country,
        attributes.industry,
        attributes.employee_count,
        attributes.potential_value,
        attributes.lead_source,
        channels.original_channel,
        channels.lead_channel,
        channels.source_confidence,
        channels.campaign_id,
        journeys.lead_at,
        journeys.ended_at,
        journeys.mql_at,
        journeys.declared_mql_at,
        journeys.rule_mql_at,
        case when journeys.rule_mql_at is not null then mql_rules.qualification_version end as qualification_version,
        journeys.sal_at,
        journeys.sql_at,
        journeys.declared_sql_at,
        journeys.rule_sql_at,
        case when journeys.rule_sql_at is not null then sql_rules.qualification_version end as sql_qualification_version,
        journeys.opportunity_at,
        journeys.customer_at,
        journeys.recycled_at,
        journeys.disqualified_at,
        journeys.closed_lost_at,
        journeys.current_stage,
        case journeys.furthest_position
            {% for stage in funnel -%}
            when {{ loop.index }} then '{{ stage }}'
            {% endfor -%}
        end as furthest_stage,
        cast(
            {% for stage in funnel[:-1] -%}
            case when journeys.{{ stage }}_at is null and {{ loop.index }} < journeys.furthest_position then 1 else 0 end
            {{ '+' if not loop.last }}
            {% endfor -%}
            as int
        ) as skipped_stage_count,
        journeys.ended_at is null as is_open,
        (
            {% for stage in funnel[1:] -%}
            {% for lower_stage in funnel[:loop.index] -%}
            coalesce(journeys.{{ stage }}_at < journeys.{{ lower_stage }}_at, false)
            {{ 'or' if not loop.last }}
            {% endfor -%}
            {{ 'or' if not loop.last }}
            {% endfor -%}
        ) as is_out_of_order,
        {{ days_from_to('journeys.lead_at', 'journeys.mql_at') }} as days_lead_to_mql,
        {{ days_from_to('journeys.mql_at', 'journeys.sql_at') }} as days_mql_to_sql,
        {{ days_from_to('journeys.sql_at', 'journeys.opportunity_at') }} as days_sql_to_opportunity,
        {{ days_from_to('journeys.opportunity_at', 'journeys.customer_at') }} as days_opportunity_to_customer,
        {{ days_from_to('journeys.lead_at', 'journeys.customer_at') }} as days_lead_to_customer,
        cast(coalesce(touches.touch_count, 0) as bigint) as touch_count,
        cast(coalesce(attempts.attempt_count, 0) as bigint) as attempt_count,
        attempts.first_attempt_at,
        attempts.first_contact_at,
        {{ minutes_from_to('coalesce(journeys.mql_at, journeys.lead_at)', 'attempts.first_attempt_at') }} as speed_to_lead_minutes,
        cast(speeds.business_minutes as double) as speed_to_lead_business_minutes,
        cast(coalesce(deals.deal_count, 0) as bigint) as deal_count,
        cast(coalesce(deals.open_deal_count, 0) as bigint) as open_deal_count,
        cast(coalesce(deals.won_deal_count, 0) as bigint) as won_deal_count,
        cast(coalesce(deals.open_amount, 0) as decimal(18, 2)) as open_amount,
        cast(coalesce(deals.won_amount, 0) as decimal(18, 2)) as won_amount,
        cast(coalesce(deals.lifetime_won_amount, 0) as decimal(18, 2)) as lifetime_won_amount
    from journeys
    left join {{ ref('int_stages__attributes') }} as attributes on journeys.journey_id = attributes.journey_id
    left join {{ ref('int_channels__journey_channels') }} as channels on journeys.journey_id = channels.journey_id
    left join {{ ref('int_identity__person_accounts') }} as accounts on journeys.person_id = accounts.person_id
    left join {{ ref('stg_crm__leads') }} as leads on journeys.lead_id = leads.lead_id
    left join {{ ref('int_qualification__qualified') }} as mql_rules
        on journeys.person_id = mql_rules.person_id
        and mql_rules.stage = 'mql'
    left join {{ ref('int_qualification__qualified') }} as sql_rules
        on journeys.person_id = sql_rules.person_id
        and sql_rules.stage = 'sql'
    left join touches on journeys.journey_id = touches.journey_id
    left join attempts on journeys.journey_id = attempts.journey_id
    left join {{ ref('int_sla__speed_to_lead') }} as speeds on journeys.journey_id = speeds.journey_id
    left join deals on journeys.journey_id = deals.journey_id
)

select * from final
