-- Who gets the credit: every lead, MQL, opportunity and won deal shared out over the touches before it, by seven models side by
-- side in rows. Add up within one conversion and one model only. Grain: one row per conversion unit, touch and model.
{{ config(materialized='sliced', stored='view', slice_by='journey_id') }}

with final as (
    {% for model in touch_models() -%}
    select
        conversion,
        converted_at,
        journey_id,
        opportunity_id,
        touch_id,
        channel,
        campaign_id,
        '{{ model }}' as model,
        {{ model }}_weight as weight,
        conversion_weight,
        {{ model }}_amount as attributed_amount
    from {{ ref('fct_attribution_path') }}
    -- The others give every touch of a path something.
    {{ 'where ' ~ model ~ '_weight = 1' if model in ['first_touch', 'last_touch'] }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
