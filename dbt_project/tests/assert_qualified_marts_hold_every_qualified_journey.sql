-- A returned row is a journey that reached MQL or SQL and is missing from that mart or dated otherwise there, or the reverse.

{% for stage in ['mql', 'sql'] -%}
select
    coalesce(journeys.journey_id, qualified.journey_id) as journey_id,
    '{{ stage }}' as stage,
    journeys.{{ stage }}_at as reached_at,
    qualified.{{ stage }}_at as mart_reached_at
from {{ ref('fct_lead_to_deal') }} as journeys
full outer join {{ ref('mart_' ~ stage) }} as qualified on journeys.journey_id = qualified.journey_id
where journeys.{{ stage }}_at is distinct from qualified.{{ stage }}_at
{{ 'union all' if not loop.last }}
{% endfor %}
