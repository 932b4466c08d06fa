-- A returned row is a journey whose stages reached and stages skipped do not add up to the position of its furthest stage.

select
    journeys.journey_id,
    journeys.furthest_stage,
    journeys.skipped_stage_count
from {{ ref('fct_lead_to_deal') }} as journeys
inner join {{ ref('dim_stage') }} as stages on journeys.furthest_stage = stages.stage
where stages.stage_position <> journeys.skipped_stage_count
    {% for stage in funnel_stages() -%}
    + case when journeys.{{ stage }}_at is null then 0 else 1 end
    {% endfor %}
