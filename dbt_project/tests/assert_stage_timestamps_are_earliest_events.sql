-- A returned row is a journey and stage whose timestamp is not that of the earliest stage event there, or a journey whose
-- lead_at is that of none of its events.

with timestamps as (
    {% for stage in ['mql', 'sal', 'sql', 'opportunity', 'customer', 'recycled', 'disqualified', 'closed_lost'] -%}
    select
        journey_id,
        '{{ stage }}' as stage,
        {{ stage }}_at as reached_at
    from {{ ref('fct_lead_to_deal') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

earliest as (
    select
        journey_id,
        stage,
        min(entered_at) as entered_at
    from {{ ref('fct_stage_event') }}
    group by journey_id, stage
),

begun as (
    select
        journeys.journey_id,
        journeys.lead_at,
        count(events.stage_event_id) as events
    from {{ ref('fct_lead_to_deal') }} as journeys
    left join {{ ref('fct_stage_event') }} as events
        on journeys.journey_id = events.journey_id
        and journeys.lead_at = events.entered_at
    group by journeys.journey_id, journeys.lead_at
)

select
    timestamps.journey_id,
    timestamps.stage,
    timestamps.reached_at,
    earliest.entered_at
from timestamps
left join earliest
    on timestamps.journey_id = earliest.journey_id
    and timestamps.stage = earliest.stage
where timestamps.reached_at is distinct from earliest.entered_at

union all

select
    journey_id,
    'lead' as stage,
    lead_at as reached_at,
    cast(null as timestamp) as entered_at
from begun
where events = 0
