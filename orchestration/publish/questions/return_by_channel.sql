-- Which channel brings in more than it costs, over the leads of the last twelve months?
-- Leads, customers and what they won so far by lead month; spend of the same months. `roi` is (won - spend) / spend.
select
    channel,
    sum(leads) as leads,
    sum(customers) as customers,
    sum(spend) as spend,
    sum(won_amount) as won_amount,
    round(sum(spend) / nullif(sum(leads), 0), 2) as cost_per_lead,
    round(sum(spend) / nullif(sum(customers), 0), 2) as cost_per_customer,
    round((sum(won_amount) - sum(spend)) / nullif(sum(spend), 0), 4) as roi
from reports.rpt_channel_performance
where lead_month > date_trunc('month', getvariable('as_of')) - interval 12 month
group by channel
order by won_amount desc, channel
