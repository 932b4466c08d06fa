-- Why do we lose new deals?
select
    coalesce(loss_reason, '(none given)') as loss_reason,
    count(*) as lost,
    round(count(*) / sum(count(*)) over (), 4) as share,
    sum(amount_reporting) as amount
from marts.fct_opportunity
where is_closed and not is_won and coalesce(opportunity_type not in ('renewal', 'expansion'), true)
group by all
order by lost desc, loss_reason
