-- A returned row is a journey said to run although it holds an event that ends one, or said to be open and ended at once.

select
    journey_id,
    is_open,
    ended_at,
    customer_at,
    recycled_at,
    disqualified_at
from {{ ref('fct_lead_to_deal') }}
where is_open <> (ended_at is null)
    or (is_open and coalesce(customer_at, recycled_at, disqualified_at) is not null)
