-- A returned row is a target without its row, or with several, or one for all MQLs of a month whose actual is
-- not the number of journeys with an MQL then.

with targets as (
    select
        count(*) as targets,
        (select count(*) from {{ ref('rpt_goal_attainment') }}) as goals
    from {{ ref('targets') }}
),

qualified as (
    select
        {{ local_month('mql_at') }} as month,
        count(*) as mqls
    from {{ ref('int_stages__journeys') }}
    where mql_at is not null
    group by 1
)

select
    cast(null as date) as month,
    targets as expected,
    goals as found
from targets
where targets <> goals

union all

select
    goals.month,
    coalesce(qualified.mqls, 0) as expected,
    goals.actual as found
from {{ ref('sla_marketing_commitment') }} as goals
left join qualified on goals.month = qualified.month
where goals.metric = 'mqls'
    and goals.channel = 'all'
    and goals.actual <> coalesce(qualified.mqls, 0)
