-- How long do the steps from lead to customer take?
-- `negative` counts journeys whose stages are out of order; they are part of the figures.
with steps as (
    select 1 as position, 'lead to mql' as step, days_lead_to_mql as days from marts.fct_lead_to_deal
    union all
    select 2, 'mql to sql', days_mql_to_sql from marts.fct_lead_to_deal
    union all
    select 3, 'sql to opportunity', days_sql_to_opportunity from marts.fct_lead_to_deal
    union all
    select 4, 'opportunity to customer', days_opportunity_to_customer from marts.fct_lead_to_deal
    union all
    select 5, 'lead to customer', days_lead_to_customer from marts.fct_lead_to_deal
)

select
    step,
    count(days) as journeys,
    round(avg(days), 1) as mean_days,
    round(median(days), 1) as median_days,
    round(quantile_cont(days, 0.9), 1) as p90_days,
    count(*) filter (where days < 0) as negative
from steps
group by position, step
order by position
