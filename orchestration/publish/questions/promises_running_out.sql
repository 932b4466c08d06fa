-- Which promises run out next, and which ran out in the last seven days?
-- The most valuable first; hours_late is negative while there is time.
select
    breaches.commitment,
    breaches.status,
    breaches.owed_by,
    breaches.team,
    breaches.owner_user_id,
    journeys.lead_id,
    breaches.company_name,
    breaches.late_since as due_at,
    round(breaches.minutes_late / 60, 1) as hours_late,
    breaches.potential_value
from reports.rpt_sla_breaches as breaches
inner join marts.fct_lead_to_deal as journeys on breaches.journey_id = journeys.journey_id
where breaches.status = 'at_risk' or breaches.late_since > getvariable('as_of') - interval 7 days
order by breaches.rank
