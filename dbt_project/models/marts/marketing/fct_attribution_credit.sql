-- Who gets the credit: every lead, MQL, opportunity and won deal shared out over the touches before it, by seven models side by
-- side. Add up within one conversion and one model only. Grain: one row per conversion unit, touch and model.
{{ config(materialized='view') }}

{%- set key = 'conversion, journey_id, opportunity_id, touch_id, channel, campaign_id' %}

with credited as (
    {% for model in touch_models() -%}
    select
        {{ key }},
        '{{ model }}' as model,
        {{ model }}_weight as weight,
        conversion_weight,
        cast(null as decimal(18, 2)) as attributed_amount
    from {{ ref('int_attribution__unit_touches') }}
    where conversion in ('lead', 'mql') and {{ model }}_weight > 0

    union all

    {% endfor -%}

    select
        {{ key }},
        model,
        weight,
        conversion_weight,
        attributed_amount
    from {{ ref('int_attribution__deal_credits') }}

    {% for model in touch_models() -%}
    union all

    select
        conversion,
        journey_id,
        opportunity_id,
        cast(null as string) as touch_id,
        'unattributed' as channel,
        cast(null as string) as campaign_id,
        '{{ model }}' as model,
        cast(1 as double) as weight,
        conversion_weight,
        amount_reporting as attributed_amount
    from {{ ref('int_attribution__units') }}
    where first_position is null

    {% endfor -%}
),

final as (
    select
        {{ key }},
        model,
        -- Rounded, since the sum it is a share of depends on the order that its rows come in.
        round(weight, 12) as weight,
        conversion_weight,
        attributed_amount
    from credited
)

select * from final
