-- A returned row is an event of a person's timeline that belongs to no journey or to several.

select
    timeline.person_id,
    timeline.position,
    count(events.journey_id) as journeys
from {{ ref('int_stages__timeline') }} as timeline
left join {{ ref('int_stages__journey_events') }} as events
    on timeline.person_id = events.person_id
    and timeline.position = events.position
group by timeline.person_id, timeline.position
having count(events.journey_id) <> 1
