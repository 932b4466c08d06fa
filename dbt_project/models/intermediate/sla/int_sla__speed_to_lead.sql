-- Business time from a journey's MQL (without one: its beginning) to the first attempt. It runs by the calendar of the journey's
-- first_response clock, else of the owner at assignment, else of the lead's owner. Grain: one row per journey with an attempt.
{{ config(materialized='sliced', slice_by='journey_id') }}

with first_attempts as (
    select
        journey_id,
        occurred_at
    from {{ ref('int_sales__activities') }}
    where attempt_number = 1
),

response_clocks as (
    select
        journey_id,
        calendar_id
    from {{ ref('int_sla__clocks') }}
    where commitment = 'first_response'
),

speeds as (
    select
        journeys.journey_id,
        coalesce(journeys.mql_at, journeys.lead_at) as started_at,
        first_attempts.occurred_at as ended_at,
        coalesce(
            response_clocks.calendar_id,
            nullif(trim(first_owners.calendar_id), ''),
            case when assignments.owner_user_id is not null then fallback.calendar_id end,
            nullif(trim(owners.calendar_id), ''),
            fallback.calendar_id
        ) as calendar_id
    from first_attempts
    inner join {{ ref('int_stages__journeys') }} as journeys on first_attempts.journey_id = journeys.journey_id
    left join response_clocks on journeys.journey_id = response_clocks.journey_id
    left join {{ ref('int_sla__assignments') }} as assignments on journeys.journey_id = assignments.journey_id
    left join {{ ref('stg_crm__leads') }} as leads on journeys.lead_id = leads.lead_id
    left join {{ ref('stg_crm__users') }} as first_owners on assignments.owner_user_id = first_owners.user_id
    left join {{ ref('stg_crm__users') }} as owners on leads.owner_user_id = owners.user_id
    cross join {{ ref('int_sla__fallback_calendar') }} as fallback
),

durations as (
    {{ business_durations('speeds', 'journey_id', 'calendar_id', 'started_at', 'ended_at') }}
),

final as (
    select
        journey_id,
        business_minutes
    from durations
)

select * from final
