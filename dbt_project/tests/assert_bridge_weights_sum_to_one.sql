-- A returned row is a deal whose shares do not sum to 1.

select
    opportunity_id,
    sum(weight) as total_weight
from {{ ref('bridge_journey_opportunity') }}
group by opportunity_id
having abs(sum(weight) - 1) > 0.000000001
