-- Local days of the reporting zone, from the first journey's year, 1970 at the earliest, to the end of the year after as_of. Grain:
-- one row per local day.

with bounds as (
    select
        date_trunc('year', coalesce(min({{ local_day('lead_at') }}), {{ local_day(as_of()) }})) as first_day,
        date_trunc('year', {{ local_day(as_of()) }}) + interval 2 year as end_before
    from {{ ref('int_stages__journeys') }}
),

final as (
    select
        days.local_day as date_day,
        days.starts_at,
        cast(date_trunc('month', days.local_day) as date) as month_start,
        cast(date_trunc('quarter', days.local_day) as date) as quarter_start,
        cast(date_trunc('year', days.local_day) as date) as year_start,
        cast({{ iso_weekday('days.local_day') }} as int) as iso_weekday
    from {{ ref('int_time__days') }} as days
    cross join bounds
    -- Before 1970 only those days are known on which a deal is said to close.
    where days.local_day >= greatest(bounds.first_day, date '1970-01-01') and days.local_day < bounds.end_before
)

select * from final
