-- Which deals cannot be linked to any person, the largest first?
select
    opportunity_id,
    account_id,
    owner_user_id,
    stage,
    created_at,
    closed_at,
    is_won,
    amount_reporting
from marts.fct_opportunity
where link_rule = 'unlinked'
order by amount_reporting desc nulls last, opportunity_id
limit 50
