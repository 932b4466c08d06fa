-- A returned row is a deal said to be linked that no journey has, said to be unlinked that some journey has, or linked by
-- another rule there.

with bridged as (
    select
        opportunity_id,
        min(link_rule) as first_rule,
        max(link_rule) as last_rule
    from {{ ref('bridge_journey_opportunity') }}
    group by opportunity_id
)

select
    deals.opportunity_id,
    deals.link_rule,
    bridged.first_rule,
    bridged.last_rule
from {{ ref('fct_opportunity') }} as deals
left join bridged on deals.opportunity_id = bridged.opportunity_id
where deals.link_rule <> coalesce(bridged.first_rule, 'unlinked')
    or deals.link_rule <> coalesce(bridged.last_rule, 'unlinked')
