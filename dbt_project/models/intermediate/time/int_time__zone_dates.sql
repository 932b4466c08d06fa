-- The offset periods in which a wall time of a date, or of the two days after it, may lie; nearly always one, two around a
-- jump. Grain: one row per zone of a calendar, local date that a calendar of the zone covers, and offset period.

with dates as (
    select distinct
        timezone,
        local_date
    from {{ ref('int_time__calendar_dates') }}
),

offsets as (
    select
        zone,
        utc_from,
        utc_until,
        offset_seconds,
        utc_until + offset_seconds * interval 1 second as local_until
    from {{ source('landing', 'zone_offset') }}
),

final as (
    select
        dates.timezone,
        dates.local_date,
        offsets.utc_from,
        offsets.local_until,
        offsets.offset_seconds
    from dates
    inner join offsets
        on dates.timezone = offsets.zone
        and offsets.local_until > cast(dates.local_date as timestamp)
        -- No jump is longer than a day, and no clock further from UTC: later periods hold none of these wall times.
        and offsets.utc_from < cast(dates.local_date as timestamp) + interval 4 day
)

select * from final
