-- A returned row is a journey whose deal counts or amounts are not those of its bridge rows.

with bridged as (
    select
        bridge.journey_id,
        count(case when not bridge.is_repeat then 1 end) as deal_count,
        count(case when not bridge.is_repeat and not deals.is_closed then 1 end) as open_deal_count,
        count(case when not bridge.is_repeat and deals.is_won then 1 end) as won_deal_count,
        sum(case when not bridge.is_repeat and not deals.is_closed then bridge.amount_reporting end) as open_amount,
        sum(case when not bridge.is_repeat and deals.is_won then bridge.amount_reporting end) as won_amount,
        sum(case when deals.is_won then bridge.amount_reporting end) as lifetime_won_amount
    from {{ ref('bridge_journey_opportunity') }} as bridge
    inner join {{ ref('fct_opportunity') }} as deals on bridge.opportunity_id = deals.opportunity_id
    group by bridge.journey_id
)

select
    journeys.journey_id,
    journeys.deal_count,
    bridged.deal_count as bridged_deal_count,
    journeys.lifetime_won_amount,
    bridged.lifetime_won_amount as bridged_lifetime_won_amount
from {{ ref('fct_lead_to_deal') }} as journeys
left join bridged on journeys.journey_id = bridged.journey_id
where journeys.deal_count <> coalesce(bridged.deal_count, 0)
    or journeys.open_deal_count <> coalesce(bridged.open_deal_count, 0)
    or journeys.won_deal_count <> coalesce(bridged.won_deal_count, 0)
    or journeys.open_amount <> coalesce(bridged.open_amount, 0)
    or journeys.won_amount <> coalesce(bridged.won_amount, 0)
    or journeys.lifetime_won_amount <> coalesce(bridged.lifetime_won_amount, 0)
