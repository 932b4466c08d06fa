-- How many new deals are won and lost each month, worth what?
-- Renewals and expansions are left out; months are UTC.
select
    cast(date_trunc('month', closed_at) as date) as month,
    count(*) filter (where is_won) as won,
    count(*) filter (where not is_won) as lost,
    round(count(*) filter (where is_won) / count(*), 4) as win_rate,
    coalesce(sum(amount_reporting) filter (where is_won), 0) as won_amount
from marts.fct_opportunity
where is_closed and coalesce(opportunity_type not in ('renewal', 'expansion'), true)
group by all
order by month
