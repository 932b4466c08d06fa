-- A returned row is a conversion unit whose touches do not share it out whole in some model.

select
    conversion,
    journey_id,
    opportunity_id
from {{ ref('int_attribution__unit_touches') }}
group by conversion, journey_id, opportunity_id
having
    {% for model in touch_models() + ['shapley'] -%}
    -- Weights are rounded at the twelfth decimal, and a path may be long.
    abs(sum({{ model }}_weight) - 1) > 0.0000001 {{ 'or' if not loop.last }}
    {% endfor %}
