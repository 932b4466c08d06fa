-- Who gets the credit, by seven models side by side in columns: the path of every lead, MQL, opportunity and won deal, touch by
-- touch. Add up within one conversion and one model only. Grain: one row per conversion unit and touch, one for a unit without touches.
{{ config(materialized='sliced', stored='view', slice_by='journey_id') }}

with final as (
    select
        conversion,
        converted_at,
        journey_id,
        opportunity_id,
        touch_id,
        channel,
        campaign_id,
        conversion_weight,
        {% for model in touch_models() -%}
        {{ model }}_weight,
        {{ model }}_amount{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_attribution__unit_touches') }}

    union all

    -- Units of nobody have no touches.
    select
        conversion,
        converted_at,
        journey_id,
        opportunity_id,
        cast(null as string) as touch_id,
        'unattributed' as channel,
        cast(null as string) as campaign_id,
        conversion_weight,
        {% for model in touch_models() -%}
        cast(1 as double) as {{ model }}_weight,
        amount_reporting as {{ model }}_amount{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_attribution__units') }}
    where person_id is null
)

select * from final
