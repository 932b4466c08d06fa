-- A returned row is an attempt that more journeys came to than the one before left without a contact, or at which the channels do
-- not add up to all.

with attempts as (
    select
        channel,
        attempt_number,
        reached,
        contacted,
        lag(reached - contacted) over (partition by channel order by attempt_number) as left_before
    from {{ ref('rpt_contact_attempt_yield') }}
),

totals as (
    select
        attempt_number,
        sum(case when channel = 'all' then reached else -reached end) as reached_difference,
        sum(case when channel = 'all' then contacted else -contacted end) as contacted_difference
    from attempts
    group by attempt_number
)

select
    attempts.channel,
    attempts.attempt_number,
    attempts.reached,
    attempts.left_before,
    totals.reached_difference,
    totals.contacted_difference
from attempts
inner join totals on attempts.attempt_number = totals.attempt_number
where attempts.reached > attempts.left_before
    or totals.reached_difference <> 0
    or totals.contacted_difference <> 0
