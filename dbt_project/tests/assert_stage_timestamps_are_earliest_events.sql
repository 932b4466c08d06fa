-- A returned row is a journey with a stage whose timestamp is not that of the earliest stage event there, or whose lead_at is
-- that of none of its events.
{{ config(slice_by='person_id') }}
{%- set stages = ['mql', 'sal', 'sql', 'opportunity', 'customer', 'recycled', 'disqualified', 'closed_lost'] %}

with earliest as (
    select
        journeys.journey_id,
        {% for stage in stages -%}
        min(case when events.stage = '{{ stage }}' then events.entered_at end) as {{ stage }}_at,
        {% endfor -%}
        bool_or(events.entered_at = journeys.lead_at) as has_begun
    from {{ ref('fct_lead_to_deal') }} as journeys
    inner join {{ ref('fct_stage_event') }} as events on journeys.journey_id = events.journey_id
    group by journeys.journey_id
)

select
    journeys.journey_id,
    journeys.lead_at,
    earliest.has_begun
from {{ ref('fct_lead_to_deal') }} as journeys
left join earliest on journeys.journey_id = earliest.journey_id
where not coalesce(earliest.has_begun, false)
    {% for stage in stages -%}
    or journeys.{{ stage }}_at is distinct from earliest.{{ stage }}_at
    {% endfor %}
