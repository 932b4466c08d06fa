-- A returned row is a month and team whose bands or percentiles do not fit the first responses of fct_sla_event.

with responses as (
    select
        {{ local_month('started_at') }} as month,
        team,
        count(*) as responses,
        max(elapsed_minutes) as slowest
    from {{ ref('fct_sla_event') }}
    where commitment = 'first_response' and ended_at is not null
    group by 1, 2
),

reported as (
    select
        month,
        team,
        responses,
        under_5 + from_5_to_15 + from_15_to_60 + over_60 as banded,
        p50,
        p90,
        p95
    from {{ ref('rpt_response_time') }}
    where measure = 'clock'
)

select
    responses.month,
    responses.team,
    responses.responses,
    reported.responses as reported_responses
from responses
left join reported
    on responses.month = reported.month
    and responses.team is not distinct from reported.team
where reported.responses is distinct from responses.responses
    or reported.banded <> reported.responses
    or reported.p50 > reported.p90
    or reported.p90 > reported.p95
    or reported.p95 > responses.slowest
