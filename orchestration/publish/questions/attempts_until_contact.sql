-- At which attempt do we reach people?
select
    attempt_number,
    count(*) as attempts,
    count(*) filter (where is_contact) as contacts,
    round(count(*) filter (where is_contact) / count(*), 4) as contact_rate
from marts.fct_sales_activity
where attempt_number is not null
group by all
order by attempt_number
limit 20
