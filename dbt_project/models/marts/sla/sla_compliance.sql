-- How far each team and owner keeps its commitments: attainment is met of met and breached. The month is that of the start; of a
-- clock that has not started, of the MQL. Grain: one row per month, team, owner and policy.
{{ config(materialized='view') }}

with events as (
    select
        {{ local_month('coalesce(events.started_at, journeys.mql_at)') }} as month,
        events.team,
        events.owner_user_id,
        events.sla_policy_id,
        events.commitment,
        events.status
    from {{ ref('fct_sla_event') }} as events
    inner join {{ ref('fct_lead_to_deal') }} as journeys on events.journey_id = journeys.journey_id
),

counted as (
    select
        month,
        team,
        owner_user_id,
        sla_policy_id,
        commitment,
        {% for status in ['met', 'breached', 'pending', 'at_risk', 'excluded'] -%}
        cast(count(case when status = '{{ status }}' then 1 end) as bigint) as {{ status }}{{ ',' if not loop.last }}
        {% endfor %}
    from events
    group by month, team, owner_user_id, sla_policy_id, commitment
),

final as (
    select
        month,
        team,
        owner_user_id,
        sla_policy_id,
        commitment,
        met,
        breached,
        pending,
        at_risk,
        excluded,
        cast(met as double) / nullif(met + breached, 0) as attainment
    from counted
)

select * from final
