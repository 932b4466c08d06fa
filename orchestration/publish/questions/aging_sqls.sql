-- Which SQLs wait for an opportunity, the oldest first?
select
    journeys.journey_id,
    journeys.company_name,
    journeys.owner_user_id,
    owners.team,
    journeys.original_channel as channel,
    journeys.sql_at,
    round(epoch(getvariable('as_of') - journeys.sql_at) / 86400, 1) as days_waiting,
    journeys.attempt_count,
    journeys.potential_value
from marts.fct_lead_to_deal as journeys
left join marts.dim_owner as owners on journeys.owner_user_id = owners.owner_user_id
where journeys.current_stage = 'sql' and journeys.is_open
order by journeys.sql_at, journeys.journey_id
limit 50
