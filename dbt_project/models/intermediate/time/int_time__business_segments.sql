-- The time of each calendar cut where it opens or closes, where its coverage begins or ends, and at every midnight of UTC, so
-- that an instant finds its segment by calendar and UTC day. `open_before` is the open time of the calendar up to the segment,
-- in microseconds: the open time between two instants is a difference of two such numbers. The last hours of a covered date
-- may lie past its end: they have no `covered_utc_day`, so that no instant is found there. Grain: one row per calendar and segment of covered or open time.

with runs as (
    select
        calendar_id,
        timezone,
        coverage_run,
        min(local_date) as first_date,
        max(local_date) as last_date
    from {{ ref('int_time__calendar_dates') }}
    group by calendar_id, timezone, coverage_run
),

run_walls as (
    select
        calendar_id,
        timezone,
        first_date as local_date,
        cast(first_date as timestamp) as wall,
        1 as covers
    from runs

    union all

    select
        calendar_id,
        timezone,
        last_date as local_date,
        cast(last_date as timestamp) + interval 1 day as wall,
        -1 as covers
    from runs
),

run_edges as (
    select
        run_walls.calendar_id,
        {{ first_instant('run_walls.wall', 'offsets') }} as edge_at,
        run_walls.covers
    from run_walls
    inner join {{ ref('int_time__zone_dates') }} as offsets
        on run_walls.timezone = offsets.timezone
        and run_walls.local_date = offsets.local_date
    group by run_walls.calendar_id, run_walls.wall, run_walls.covers
),

edges as (
    select
        calendar_id,
        edge_at,
        covers,
        case when covers = 1 then 1 else 0 end as begins_run,
        0 as opens
    from run_edges

    union all

    select
        calendar_id,
        opened_at as edge_at,
        0 as covers,
        0 as begins_run,
        1 as opens
    from {{ ref('int_time__openings') }}

    union all

    select
        calendar_id,
        closed_at as edge_at,
        0 as covers,
        0 as begins_run,
        -1 as opens
    from {{ ref('int_time__openings') }}

    union all

    -- Every UTC day that a covered date or its night shift touches.
    select
        calendar_id,
        cast(local_date as timestamp) as edge_at,
        0 as covers,
        0 as begins_run,
        0 as opens
    from {{ ref('int_time__calendar_dates') }}

    union all

    select
        calendar_id,
        cast(last_date as timestamp) + days_after * interval 1 day as edge_at,
        0 as covers,
        0 as begins_run,
        0 as opens
    from runs
    cross join (select 1 as days_after union all select 2 as days_after union all select 3 as days_after) as next_days
),

instants as (
    select
        calendar_id,
        edge_at as starts_at,
        lead(edge_at) over (partition by calendar_id order by edge_at) as ends_at,
        sum(covers) over (partition by calendar_id order by edge_at) as covering,
        sum(begins_run) over (partition by calendar_id order by edge_at) as coverage_run,
        sum(opens) over (partition by calendar_id order by edge_at) as opening
    from (
        select
            calendar_id,
            edge_at,
            sum(covers) as covers,
            sum(begins_run) as begins_run,
            sum(opens) as opens
        from edges
        group by calendar_id, edge_at
    ) as summed
),

measured as (
    select
        calendar_id,
        case when covering > 0 then cast(starts_at as date) end as covered_utc_day,
        starts_at,
        ends_at,
        opening > 0 as is_open,
        cast(coverage_run as bigint) as coverage_run,
        case when opening > 0 then {{ epoch_micros('ends_at') }} - {{ epoch_micros('starts_at') }} else 0 end as open_micros
    from instants
    where covering > 0 or opening > 0
),

final as (
    select
        calendar_id,
        covered_utc_day,
        starts_at,
        ends_at,
        is_open,
        coverage_run,
        cast(
            sum(open_micros) over (
                partition by calendar_id
                order by starts_at
                rows between unbounded preceding and current row
            ) - open_micros as bigint
        ) as open_before,
        cast(open_micros as bigint) as open_micros
    from measured
)

select * from final
