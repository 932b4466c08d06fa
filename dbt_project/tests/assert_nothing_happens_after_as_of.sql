-- A returned row is a fact dated after as_of: for the warehouse it has not happened yet.

select
    'fct_lead_to_deal' as mart,
    journey_id as fact_id,
    greatest(lead_at, ended_at, mql_at, sal_at, sql_at, opportunity_at, customer_at, recycled_at, disqualified_at, closed_lost_at) as dated_at
from {{ ref('fct_lead_to_deal') }}
where greatest(lead_at, ended_at, mql_at, sal_at, sql_at, opportunity_at, customer_at, recycled_at, disqualified_at, closed_lost_at)
    > {{ as_of() }}

union all

select
    'fct_opportunity' as mart,
    opportunity_id as fact_id,
    greatest(created_at, closed_at) as dated_at
from {{ ref('fct_opportunity') }}
where greatest(created_at, closed_at) > {{ as_of() }}

union all

select
    'fct_touch' as mart,
    touch_id as fact_id,
    occurred_at as dated_at
from {{ ref('fct_touch') }}
where occurred_at > {{ as_of() }}

union all

select
    'fct_sales_activity' as mart,
    activity_id as fact_id,
    occurred_at as dated_at
from {{ ref('fct_sales_activity') }}
where occurred_at > {{ as_of() }}
