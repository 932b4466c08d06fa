-- A returned row is an event of a person's timeline that belongs to no journey; that it belongs to several is out of the
-- question, as person and position are the key of int_stages__journey_events.
{{ config(slice_by='person_id') }}

select
    timeline.person_id,
    timeline.position
from {{ ref('int_stages__timeline') }} as timeline
left join {{ ref('int_stages__journey_events') }} as events
    on timeline.person_id = events.person_id
    and timeline.position = events.position
where events.person_id is null
