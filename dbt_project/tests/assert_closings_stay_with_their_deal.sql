-- A returned row is a new-business deal of a person whose creation, closing and bridge row lie in different journeys.
{{ config(slice_by='person_id') }}

select
    events.person_id,
    events.opportunity_id,
    count(distinct events.journey_id) as journeys,
    min(events.journey_id) as event_journey_id,
    min(deals.journey_id) as bridge_journey_id
from {{ ref('int_stages__journey_events') }} as events
left join {{ ref('int_revenue__journey_deals') }} as deals
    on events.person_id = deals.person_id
    and events.opportunity_id = deals.opportunity_id
where events.source = 'deal'
group by events.person_id, events.opportunity_id
having count(distinct events.journey_id) <> 1 or min(events.journey_id) is distinct from min(deals.journey_id)
