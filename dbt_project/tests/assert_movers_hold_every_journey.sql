-- A returned row is a period type and metric whose figures of all periods do not add up to those of the journeys.

with movers as (
    select
        period_type,
        metric,
        sum(metric_now) as metric_now,
        sum(base_now) as base_now
    from {{ ref('rpt_movers') }}
    group by period_type, metric
),

journeys as (
    select
        count(*) as leads,
        count(mql_at) as mqls,
        count(sql_at) as sqls,
        count(opportunity_at) as opportunities,
        count(customer_at) as customers,
        sum(won_amount) as won_amount
    from {{ ref('fct_lead_to_deal') }}
)

select
    movers.period_type,
    movers.metric,
    movers.metric_now,
    movers.base_now
from movers
cross join journeys
where movers.metric_now <> case movers.metric
        when 'mqls' then journeys.mqls
        when 'sqls' then journeys.sqls
        when 'opportunities' then journeys.opportunities
        when 'customers' then journeys.customers
        else journeys.won_amount
    end
    or movers.base_now <> case movers.metric
        when 'sqls' then journeys.mqls
        when 'opportunities' then journeys.sqls
        when 'won_amount' then journeys.customers
        else journeys.leads
    end
