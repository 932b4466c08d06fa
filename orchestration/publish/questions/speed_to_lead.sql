-- How fast are MQLs contacted, and how many never are?
-- Minutes by the clock from MQL to the first attempt; months are UTC.
select
    cast(date_trunc('month', mql_at) as date) as month,
    count(*) as mqls,
    count(first_attempt_at) as attempted,
    count(first_contact_at) as contacted,
    round(1 - count(first_attempt_at) / count(*), 4) as never_attempted,
    round(median(speed_to_lead_minutes), 0) as median_minutes,
    round(quantile_cont(speed_to_lead_minutes, 0.9), 0) as p90_minutes
from marts.fct_lead_to_deal
where mql_at is not null
group by all
order by month
