-- Credit for deals, in cents: what each touch model gives each touch of a deal's unit, of the unit's weight and of its amount.
-- Grain: one row per conversion unit of a deal, touch and model that credits it.
{{ config(materialized='sliced', slice_by='person_id') }}

with deals as (
    {% for model in touch_models() -%}
    select
        conversion,
        journey_id,
        opportunity_id,
        person_id,
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

cut as (
    {{ cut_cents('deals', 'conversion, journey_id, opportunity_id, model', 'touch_id', 'amount_reporting', 'weight') }}
),

final as (
    select
        conversion,
        journey_id,
        opportunity_id,
        person_id,
        touch_id,
        channel,
        campaign_id,
        model,
        weight,
        conversion_weight,
        cut_amount as attributed_amount
    from cut
)

select * from final
