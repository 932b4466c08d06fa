-- A returned row is a conversion unit whose touches do not share it out whole in some model.
{{ config(slice_by='journey_id') }}

select
    conversion,
    journey_id,
    opportunity_id
from {{ ref('int_attribution__unit_touches') }}
group by conversion, journey_id, opportunity_id
having
    {% for model in touch_models() + ['shapley'] -%}
    -- Each weight is rounded at the twelfth decimal.
    abs(sum({{ model }}_weight) - 1) > cast(0.000000001 as double) + count(*) * cast(0.0000000000005 as double) {{ 'or' if not loop.last }}
    {% endfor %}
