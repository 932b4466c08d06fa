-- How far do the leads of this year get, stage by stage?
-- Leads that skipped a stage count in it (any_order); `share_of_leads` and `goes_on` are shares from 0 to 1.
with stages as (
    select
        funnel.stage,
        dim_stage.stage_position,
        sum(funnel.volume) as journeys,
        sum(funnel.value) as value
    from reports.rpt_funnel as funnel
    inner join marts.dim_stage on funnel.stage = dim_stage.stage
    where funnel.funnel_kind = 'any_order' and year(funnel.lead_month) = year(getvariable('as_of'))
    group by all
)

select
    stage,
    journeys,
    round(journeys / nullif(first_value(journeys) over by_stage, 0), 4) as share_of_leads,
    round(lead(journeys) over by_stage / nullif(journeys, 0), 4) as goes_on,
    value
from stages
window by_stage as (order by stage_position)
order by stage_position
