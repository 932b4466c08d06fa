-- A returned row is a person whose journeys count more or fewer touches than the person had: each touch belongs to exactly one
-- journey of a person who has any.

with touches as (
    select
        person_id,
        count(*) as touch_count
    from {{ ref('fct_touch') }}
    where person_id is not null
    group by person_id
),

journeys as (
    select
        person_id,
        sum(touch_count) as touch_count
    from {{ ref('fct_lead_to_deal') }}
    group by person_id
)

select
    journeys.person_id,
    journeys.touch_count as counted_touches,
    touches.touch_count as touches
from journeys
left join touches on journeys.person_id = touches.person_id
where journeys.touch_count <> coalesce(touches.touch_count, 0)
