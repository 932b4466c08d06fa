-- A returned row is a journey whose attempts do not carry the numbers 1 to attempt_count in order of time, or whose first
-- attempt or contact is another than the journey says.
{{ config(slice_by='person_id') }}

with numbered as (
    select
        journey_id,
        occurred_at,
        attempt_number,
        is_contact,
        lag(occurred_at) over (partition by journey_id order by attempt_number) as former_occurred_at
    from {{ ref('fct_sales_activity') }}
    where attempt_number is not null
),

attempts as (
    select
        journey_id,
        count(*) as attempts,
        count(distinct attempt_number) as numbers,
        max(attempt_number) as last_number,
        min(occurred_at) as first_attempt_at,
        min(case when is_contact then occurred_at end) as first_contact_at,
        count(case when occurred_at < former_occurred_at then 1 end) as backward_steps
    from numbered
    group by journey_id
)

select
    journeys.journey_id,
    journeys.attempt_count,
    attempts.attempts,
    attempts.last_number
from {{ ref('fct_lead_to_deal') }} as journeys
left join attempts on journeys.journey_id = attempts.journey_id
where journeys.attempt_count <> coalesce(attempts.attempts, 0)
    or attempts.numbers <> attempts.attempts
    or attempts.last_number <> attempts.attempts
    or attempts.backward_steps > 0
    or journeys.first_attempt_at is distinct from attempts.first_attempt_at
    or journeys.first_contact_at is distinct from attempts.first_contact_at
