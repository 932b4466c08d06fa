-- Which channels bring leads, and which of them bring customers and money?
select
    original_channel as channel,
    count(*) as leads,
    count(mql_at) as mqls,
    count(sql_at) as sqls,
    count(customer_at) as customers,
    round(count(customer_at) / count(*), 4) as lead_to_customer,
    round(avg(days_lead_to_customer), 1) as mean_days_to_customer,
    sum(won_amount) as won_amount,
    round(sum(won_amount) / nullif(sum(sum(won_amount)) over (), 0), 4) as share_of_won
from marts.fct_lead_to_deal
group by all
order by won_amount desc, leads desc, channel
