-- Intervals in which a calendar is open, as instants: the weekly hours in force on a date, or what its exceptions say
-- instead. Intervals of a calendar may overlap. Grain: one row per calendar, local date it opens on, and interval; those
-- that a jump of the clock swallows have no row.

with dates as (
    select
        calendar_id,
        timezone,
        local_date
    from {{ ref('int_time__calendar_dates') }}
),

exceptions as (
    select
        {{ plain_text('calendar_id') }} as calendar_id,
        date as local_date,
        open,
        close
    from {{ ref('calendar_exceptions') }}
),

excepted as (
    select distinct
        calendar_id,
        local_date
    from exceptions
),

weekly as (
    select
        {{ plain_text('calendar_id') }} as calendar_id,
        weekday,
        open,
        close,
        valid_from,
        valid_until
    from {{ ref('business_hours') }}
),

hours as (
    select
        dates.calendar_id,
        dates.timezone,
        dates.local_date,
        weekly.open,
        weekly.close
    from dates
    inner join weekly
        on dates.calendar_id = weekly.calendar_id
        and {{ iso_weekday('dates.local_date') }} = weekly.weekday
        and {{ in_force('dates.local_date', 'weekly.valid_from', 'weekly.valid_until') }}
    left join excepted
        on dates.calendar_id = excepted.calendar_id
        and dates.local_date = excepted.local_date
    where excepted.calendar_id is null

    union

    select
        dates.calendar_id,
        dates.timezone,
        dates.local_date,
        exceptions.open,
        exceptions.close
    from dates
    inner join exceptions
        on dates.calendar_id = exceptions.calendar_id
        and dates.local_date = exceptions.local_date
    where exceptions.open is not null
),

in_seconds as (
    select
        calendar_id,
        timezone,
        local_date,
        {{ seconds_of_day('open') }} as open_seconds,
        {{ seconds_of_day('close') }} as close_seconds
    from hours
),

walls as (
    select
        calendar_id,
        timezone,
        local_date,
        cast(local_date as timestamp) + open_seconds * interval 1 second as open_wall,
        cast(local_date as timestamp)
            + (close_seconds + case when close_seconds < open_seconds then 86400 else 0 end) * interval 1 second
            as close_wall
    from in_seconds
),

instants as (
    select
        walls.calendar_id,
        walls.local_date as opens_on,
        {{ first_instant('walls.open_wall', 'offsets') }} as opened_at,
        {{ first_instant('walls.close_wall', 'offsets') }} as closed_at
    from walls
    inner join {{ ref('int_time__zone_dates') }} as offsets
        on walls.timezone = offsets.timezone
        and walls.local_date = offsets.local_date
    group by walls.calendar_id, walls.local_date, walls.open_wall, walls.close_wall
),

final as (
    select distinct
        calendar_id,
        opens_on,
        opened_at,
        closed_at
    from instants
    where opened_at < closed_at
)

select * from final
