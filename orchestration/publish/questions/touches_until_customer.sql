-- How many touches does it take until somebody buys?
select
    case
        when touch_count = 0 then '0'
        when touch_count <= 2 then '1-2'
        when touch_count <= 5 then '3-5'
        when touch_count <= 10 then '6-10'
        when touch_count <= 20 then '11-20'
        else '21 and more'
    end as touches,
    count(*) as leads,
    count(customer_at) as customers,
    round(count(customer_at) / count(*), 4) as lead_to_customer
from marts.fct_lead_to_deal
group by all
order by min(touch_count)
