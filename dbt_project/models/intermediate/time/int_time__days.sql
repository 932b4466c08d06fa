-- Local days of the reporting zone and the instant each begins: the first at which the local clock shows the day or later,
-- so a skipped midnight or day begins at the jump. Grain: one row per local day, from 1970 to 2100, and any other on which a
-- deal is said to close.

with days as (
    select {{ days_between("date '1970-01-01'", "date '2100-12-31'") }} as local_day

    union

    select close_date as local_day
    from {{ ref('stg_crm__opportunities') }}
    where close_date is not null
),

offsets as (
    select
        utc_from,
        utc_until,
        offset_seconds
    from {{ source('landing', 'zone_offset') }}
    where zone = '{{ var("reporting_timezone") }}'
),

candidates as (
    select
        days.local_day,
        greatest(
            offsets.utc_from,
            cast(days.local_day as timestamp) - offsets.offset_seconds * interval 1 second
        ) as starts_at
    from days
    inner join offsets
        on offsets.utc_until + offsets.offset_seconds * interval 1 second > cast(days.local_day as timestamp)
        -- No jump is longer than a day: later periods cannot hold its beginning.
        and offsets.utc_from < cast(days.local_day as timestamp) + interval 2 day
),

final as (
    select
        local_day,
        cast(min(starts_at) as timestamp) as starts_at
    from candidates
    group by local_day
)

select * from final
