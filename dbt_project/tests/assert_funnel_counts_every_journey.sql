-- A returned row is a funnel kind that does not begin with every journey, or whose value at customer is not all that was won.

with journeys as (
    select
        count(*) as journey_count,
        coalesce(sum(won_amount), 0) as won_amount
    from {{ ref('fct_lead_to_deal') }}
),

kinds as (
    select
        funnel_kind,
        sum(case when stage = 'lead' then volume end) as lead_volume,
        sum(case when stage = 'customer' then value end) as customer_value
    from {{ ref('rpt_funnel') }}
    group by funnel_kind
)

select
    kinds.funnel_kind,
    kinds.lead_volume,
    journeys.journey_count,
    kinds.customer_value,
    journeys.won_amount
from kinds
cross join journeys
where kinds.lead_volume <> journeys.journey_count
    or (kinds.funnel_kind = 'any_order' and kinds.customer_value <> journeys.won_amount)
