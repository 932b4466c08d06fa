-- Which journeys reached a stage before an earlier one, the latest first?
select
    journey_id,
    original_channel as channel,
    owner_user_id,
    lead_at,
    mql_at,
    sal_at,
    sql_at,
    opportunity_at,
    customer_at,
    won_amount
from marts.fct_lead_to_deal
where is_out_of_order
order by lead_at desc, journey_id
limit 50
