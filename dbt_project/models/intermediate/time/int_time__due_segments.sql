-- Open segments by the whole days (24 hours) of open time that lie before them, so that a due time finds its segment by
-- calendar and that number. A segment is a day at most, so it lies in one or two of them. Grain: one row per open segment
-- and day of open time that it touches.

with segments as (
    select
        calendar_id,
        coverage_run,
        starts_at,
        open_before,
        open_before + open_micros as open_after,
        {{ whole_days('open_before') }} as first_day,
        {{ whole_days('open_before + open_micros - 1') }} as last_day
    from {{ ref('int_time__business_segments') }}
    where is_open
),

final as (
    select
        calendar_id,
        first_day as open_day,
        coverage_run,
        starts_at,
        open_before,
        open_after
    from segments

    union all

    select
        calendar_id,
        last_day as open_day,
        coverage_run,
        starts_at,
        open_before,
        open_after
    from segments
    where last_day > first_day
)

select * from final
