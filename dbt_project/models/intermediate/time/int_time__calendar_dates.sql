-- Local dates of which a calendar says whether it is open: a row of its hours is in force, whatever the weekday, or the date
-- has an exception. Dates reach from 1970 to ten years after as_of, as far as a due time is searched for. Dates without a
-- hole between them are one coverage run. Grain: one row per calendar and covered local date.

with calendars as (
    select
        {{ plain_text('calendar_id') }} as calendar_id,
        timezone
    from {{ ref('business_calendars') }}
),

validities as (
    select distinct
        {{ plain_text('calendar_id') }} as calendar_id,
        {{ first_calendar_date('valid_from') }} as first_date,
        {{ last_calendar_date('valid_until') }} as last_date
    from {{ ref('business_hours') }}
),

covered as (
    select
        calendar_id,
        {{ days_between('first_date', 'last_date') }} as local_date
    from validities
    where first_date <= last_date

    union

    select
        {{ plain_text('calendar_id') }} as calendar_id,
        date as local_date
    from {{ ref('calendar_exceptions') }}
    where date between {{ first_calendar_date() }} and {{ last_calendar_date() }}
),

beside_former as (
    select
        covered.calendar_id,
        calendars.timezone,
        covered.local_date,
        lag(covered.local_date) over (partition by covered.calendar_id order by covered.local_date) as former_date
    from covered
    inner join calendars on covered.calendar_id = calendars.calendar_id
),

final as (
    select
        calendar_id,
        timezone,
        local_date,
        cast(
            sum(case when former_date + interval 1 day = local_date then 0 else 1 end) over (
                partition by calendar_id
                order by local_date
                rows between unbounded preceding and current row
            ) as bigint
        ) as coverage_run
    from beside_former
)

select * from final
