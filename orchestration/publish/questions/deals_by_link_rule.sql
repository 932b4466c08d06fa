-- By what evidence are deals linked to people, and how much money is linked to nobody?
select
    link_rule,
    count(*) as deals,
    round(count(*) / sum(count(*)) over (), 4) as share_of_deals,
    count(*) filter (where is_won) as won,
    coalesce(sum(amount_reporting) filter (where is_won), 0) as won_amount
from marts.fct_opportunity
group by all
order by deals desc, link_rule
