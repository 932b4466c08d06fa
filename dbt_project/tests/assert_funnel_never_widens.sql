-- A returned row is a stage of the funnel with more journeys than the stage before it, or with more journeys in order than in
-- any order.

with stages as (
    select
        funnel.lead_month,
        funnel.channel,
        funnel.funnel_kind,
        funnel.stage,
        funnel.volume,
        lag(funnel.volume) over (
            partition by funnel.lead_month, funnel.channel, funnel.funnel_kind
            order by positions.stage_position
        ) as former_volume,
        max(case when funnel.funnel_kind = 'any_order' then funnel.volume end) over (
            partition by funnel.lead_month, funnel.channel, funnel.stage
        ) as any_order_volume
    from {{ ref('rpt_funnel') }} as funnel
    inner join {{ ref('dim_stage') }} as positions on funnel.stage = positions.stage
)

select
    lead_month,
    channel,
    funnel_kind,
    stage,
    volume,
    former_volume,
    any_order_volume
from stages
where volume > former_volume or volume > any_order_volume
