-- Who became a customer only after coming back?
select
    person_id,
    journey_id,
    cycle_number,
    company_name,
    original_channel as channel,
    lead_at,
    customer_at,
    round(days_lead_to_customer, 1) as days_to_customer,
    touch_count,
    won_amount
from marts.fct_lead_to_deal
where is_reentry and customer_at is not null
order by customer_at desc, journey_id
limit 50
