-- What ended each clock that had started, or ended what it was for: the first act at or after the start that fulfils the
-- commitment, and the return to marketing that may excuse it. Grain: one row per clock.
{{ config(materialized='sliced', slice_by='journey_id') }}

with clocks as (
    select
        sla_event_id,
        journey_id,
        commitment,
        started_at,
        due_at,
        min_attempts
    from {{ ref('int_sla__clocks') }}
),

journeys as (
    select
        journey_id,
        ended_at,
        least(sal_at, sql_at, opportunity_at, customer_at) as advanced_at,
        least(recycled_at, disqualified_at) as given_up_at,
        case when disqualified_at < recycled_at or recycled_at is null then 'disqualified' else 'recycled' end as given_up_reason
    from {{ ref('int_stages__journeys') }}
),

-- Attempts after the window fulfil nothing, so an `attempts` clock looks at those within it alone.
attempts as (
    select
        clocks.sla_event_id,
        activities.occurred_at,
        activities.is_contact,
        row_number() over (
            partition by clocks.sla_event_id order by activities.occurred_at, activities.activity_id
        ) >= clocks.min_attempts as is_enough
    from clocks
    inner join {{ ref('int_sales__activities') }} as activities
        on clocks.journey_id = activities.journey_id
        and clocks.started_at <= activities.occurred_at
        and activities.occurred_at <= clocks.due_at
    where activities.is_attempt and clocks.commitment = 'attempts'
),

tried as (
    select
        sla_event_id,
        cast(null as timestamp) as first_attempt_at,
        min(case when is_enough or is_contact then occurred_at end) as tried_enough_at,
        count(*) as attempts
    from attempts
    group by sla_event_id

    union all

    select
        clocks.sla_event_id,
        min(activities.occurred_at) as first_attempt_at,
        cast(null as timestamp) as tried_enough_at,
        cast(null as bigint) as attempts
    from clocks
    inner join {{ ref('int_sales__activities') }} as activities
        on clocks.journey_id = activities.journey_id
        and clocks.started_at <= activities.occurred_at
    where activities.is_attempt and clocks.commitment = 'first_response'
    group by clocks.sla_event_id
),

stages as (
    select
        clocks.sla_event_id,
        min(case when events.stage in ('sal', 'sql', 'opportunity', 'customer') then events.entered_at end) as advanced_at,
        min(case when events.stage in ('closed_lost', 'recycled', 'disqualified') then events.entered_at end) as given_up_at
    from clocks
    inner join {{ ref('int_stages__journey_events') }} as events
        on clocks.journey_id = events.journey_id
        and clocks.started_at <= events.entered_at
    where events.is_kept
        and clocks.commitment in ('acceptance', 'attempts')
    group by clocks.sla_event_id
),

found as (
    select
        clocks.sla_event_id,
        clocks.journey_id,
        clocks.due_at,
        clocks.commitment,
        case clocks.commitment
            when 'first_response' then tried.first_attempt_at
            when 'acceptance' then
                case
                    when journeys.advanced_at <= clocks.started_at or journeys.ended_at <= clocks.started_at then clocks.started_at
                    else least(stages.advanced_at, stages.given_up_at)
                end
            when 'attempts' then least(tried.tried_enough_at, stages.advanced_at)
            when 'handoff' then case when handoffs.missing_fields is null then clocks.started_at end
        end as ended_at,
        case when clocks.commitment = 'attempts' and clocks.started_at is not null then coalesce(tried.attempts, 0) end as attempts,
        case when clocks.commitment <> 'acceptance' then journeys.given_up_at end as given_up_at,
        journeys.given_up_reason
    from clocks
    inner join journeys on clocks.journey_id = journeys.journey_id
    left join tried on clocks.sla_event_id = tried.sla_event_id
    left join stages on clocks.sla_event_id = stages.sla_event_id
    left join {{ ref('int_sla__handoffs') }} as handoffs on clocks.sla_event_id = handoffs.sla_event_id
),

final as (
    select
        sla_event_id,
        journey_id,
        -- Attempts made after the window fulfil nothing.
        case when commitment <> 'attempts' or ended_at <= due_at then ended_at end as ended_at,
        cast(attempts as bigint) as attempts,
        given_up_at,
        given_up_reason
    from found
)

select * from final
