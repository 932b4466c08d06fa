-- Which channels bring customers who stay?
-- Of the customers acquired so long ago, the share active after 3, 6 and 12 months.
select
    channel,
    sum(customers) filter (where months_since = 0) as customers,
    round(
        sum(active) filter (where months_since = 3) / nullif(sum(customers) filter (where months_since = 3), 0), 4
    ) as after_3_months,
    round(
        sum(active) filter (where months_since = 6) / nullif(sum(customers) filter (where months_since = 6), 0), 4
    ) as after_6_months,
    round(
        sum(active) filter (where months_since = 12) / nullif(sum(customers) filter (where months_since = 12), 0), 4
    ) as after_12_months
from reports.rpt_customer_retention
where not is_censored or months_since = 0
group by channel
order by customers desc, channel
