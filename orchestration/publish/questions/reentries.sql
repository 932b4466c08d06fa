-- Do people who come back buy?
select
    case when is_reentry then 'came back' else 'first journey' end as journey,
    count(*) as journeys,
    count(mql_at) as mqls,
    count(sql_at) as sqls,
    count(customer_at) as customers,
    round(count(customer_at) / count(*), 4) as lead_to_customer,
    sum(won_amount) as won_amount
from marts.fct_lead_to_deal
group by is_reentry
order by is_reentry
