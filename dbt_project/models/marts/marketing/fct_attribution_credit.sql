-- Who gets the credit: every lead, MQL, opportunity and won deal shared out over the touches before it, by seven models side by
-- side. Add up within one conversion and one model only. Grain: one row per conversion unit, touch and model.

with counts as (
    {% for model in touch_models() -%}
    select
        conversion,
        journey_id,
        opportunity_id,
        touch_id,
        channel,
        campaign_id,
        '{{ model }}' as model,
        {{ model }}_weight as weight,
        conversion_weight,
        cast(null as decimal(18, 2)) as attributed_amount
    from {{ ref('int_attribution__unit_touches') }}
    where conversion in ('lead', 'mql') and {{ model }}_weight > 0
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

deals as (
    {% for model in touch_models() -%}
    select
        conversion,
        journey_id,
        opportunity_id,
        touch_id,
        channel,
        campaign_id,
        '{{ model }}' as model,
        {{ model }}_weight as weight,
        conversion_weight,
        amount_reporting
    from {{ ref('int_attribution__unit_touches') }}
    where conversion in ('opportunity', 'won') and {{ model }}_weight > 0
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

deal_cents as (
    {{ cut_cents('deals', 'conversion, journey_id, opportunity_id, model', 'touch_id', 'amount_reporting', 'weight') }}
),

unattributed as (
    {% for model in touch_models() -%}
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
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

credited as (
    select * from counts
    union all
    select
        conversion,
        journey_id,
        opportunity_id,
        touch_id,
        channel,
        campaign_id,
        model,
        weight,
        conversion_weight,
        cut_amount as attributed_amount
    from deal_cents
    union all
    select * from unattributed
),

final as (
    select
        conversion,
        journey_id,
        opportunity_id,
        touch_id,
        channel,
        campaign_id,
        model,
        -- Rounded, since the sum it is a share of depends on the order that its rows come in.
        round(weight, 12) as weight,
        conversion_weight,
        attributed_amount
    from credited
)

select * from final
