{# The views of one commitment each: fct_sla_event with what a reader wants to see of the journey beside it. #}

{% macro sla_commitment(commitment) -%}
with final as (
    select
        events.sla_event_id,
        events.journey_id,
        events.sla_policy_id,
        events.commitment,
        events.owner_user_id,
        events.team,
        events.started_at,
        events.due_at,
        events.ended_at,
        events.elapsed_minutes,
        events.elapsed_business_minutes,
        events.attempts,
        events.missing_fields,
        events.completeness,
        events.filled_later,
        events.calendar_id,
        events.status,
        events.breached_at,
        events.exclusion_reason,
        journeys.original_channel as channel,
        journeys.company_name,
        journeys.potential_value,
        journeys.current_stage as stage
    from {{ ref('fct_sla_event') }} as events
    inner join {{ ref('fct_lead_to_deal') }} as journeys on events.journey_id = journeys.journey_id
    where events.commitment = '{{ commitment }}'
)

select * from final
{%- endmacro %}
