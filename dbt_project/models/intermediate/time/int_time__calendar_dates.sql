-- Local dates of which a calendar says whether it is open: a row of its hours is in force, whatever the weekday, or the date
-- has an exception. Dates reach from a year before the first journey's event or target (not before 1970) to ten years after
-- as_of, as far as a due time is searched for. Dates without a hole between them are one coverage run. Grain: one row per
-- calendar and covered local date.

with moments as (
    select min(entered_at) as happened_at
    from {{ ref('int_stages__timeline') }}

    union all

    select cast(min(month) as timestamp) as happened_at
    from {{ ref('targets') }}
),

-- Two days more at the end: the date there may be ahead of UTC's, and its night shift ends on the next.
spans as (
    select
        greatest(
            cast(coalesce(min(happened_at), {{ as_of() }}) - interval 1 year as date), date '1970-01-01'
        ) as first_date,
        cast({{ as_of() }} + interval 10 year + interval 2 day as date) as last_date
    from moments
),

calendars as (
    select
        {{ plain_text('calendar_id') }} as calendar_id,
        timezone
    from {{ ref('business_calendars') }}
),

validities as (
    select distinct
        {{ plain_text('hours.calendar_id') }} as calendar_id,
        greatest(coalesce(hours.valid_from, spans.first_date), spans.first_date) as first_date,
        least(coalesce(hours.valid_until, spans.last_date), spans.last_date) as last_date
    from {{ ref('business_hours') }} as hours
    cross join spans
),

covered as (
    select
        calendar_id,
        {{ days_between('first_date', 'last_date') }} as local_date
    from validities
    where first_date <= last_date

    union

    select
        {{ plain_text('exceptions.calendar_id') }} as calendar_id,
        exceptions.date as local_date
    from {{ ref('calendar_exceptions') }} as exceptions
    inner join spans
        on exceptions.date >= spans.first_date
        and exceptions.date <= spans.last_date
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
