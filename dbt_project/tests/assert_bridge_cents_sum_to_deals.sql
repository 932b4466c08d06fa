-- A returned row is a linked deal whose cut cents do not sum to its amount exactly, or that has cents without an amount.

with bridged as (
    select
        opportunity_id,
        sum(amount_reporting) as bridged_amount
    from {{ ref('bridge_journey_opportunity') }}
    group by opportunity_id
)

select
    bridged.opportunity_id,
    bridged.bridged_amount,
    deals.amount_reporting
from bridged
inner join {{ ref('fct_opportunity') }} as deals on bridged.opportunity_id = deals.opportunity_id
where bridged.bridged_amount is distinct from deals.amount_reporting
