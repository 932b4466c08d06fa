-- A returned row is a deal's unit whose credited cents do not sum to the unit's exactly in some model.
{{ config(slice_by='journey_id') }}

with credited as (
    select
        conversion,
        journey_id,
        opportunity_id,
        {% for model in touch_models() -%}
        sum({{ model }}_amount) as {{ model }}_amount{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('fct_attribution_path') }}
    where conversion in ('opportunity', 'won')
    group by conversion, journey_id, opportunity_id
)

select
    credited.conversion,
    credited.journey_id,
    credited.opportunity_id
from credited
left join {{ ref('int_attribution__units') }} as units
    on credited.conversion = units.conversion
    and credited.opportunity_id = units.opportunity_id
    and coalesce(credited.journey_id, '') = coalesce(units.journey_id, '')
where
    {% for model in touch_models() -%}
    credited.{{ model }}_amount is distinct from units.amount_reporting {{ 'or' if not loop.last }}
    {% endfor %}
