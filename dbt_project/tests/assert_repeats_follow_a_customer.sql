-- A returned row is a bridge row marked as repeat that is no renewal or expansion, or whose journey became a customer only
-- after the deal was created.

select
    bridge.journey_id,
    bridge.opportunity_id,
    deals.opportunity_type,
    deals.created_at,
    journeys.customer_at
from {{ ref('bridge_journey_opportunity') }} as bridge
inner join {{ ref('fct_opportunity') }} as deals on bridge.opportunity_id = deals.opportunity_id
inner join {{ ref('fct_lead_to_deal') }} as journeys on bridge.journey_id = journeys.journey_id
where bridge.is_repeat
    and (
        deals.is_new_business
        or journeys.customer_at is null
        or journeys.customer_at > deals.created_at
    )
