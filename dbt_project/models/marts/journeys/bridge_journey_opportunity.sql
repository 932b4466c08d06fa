-- Which journeys a deal belongs to and what share of its amount. Grain: one row per journey and opportunity.

with final as (
    select
        journey_id,
        opportunity_id,
        link_rule,
        weight,
        amount_reporting,
        is_repeat
    from {{ ref('int_revenue__journey_deals') }}
)

select * from final
