-- Months that a target is set for, with the days they have and how many of them are over; working days are those on which an
-- interval of the goals' calendar opens, without a calendar Monday to Friday. Grain: one row per month.

{%- set calendar = plain_text(text_literal(var('goal_calendar_id') or var('default_calendar_id'))) %}

with months as (
    select distinct cast(date_trunc('month', month) as date) as month
    from {{ ref('targets') }}
),

days as (
    select
        month,
        {{ days_between('month', 'cast(month + interval 1 month - interval 1 day as date)') }} as local_day
    from months
),

weekdays as (
    select
        month,
        local_day,
        {{ iso_weekday('local_day') }} as weekday,
        local_day < {{ local_day(as_of()) }} as is_over
    from days
),

weekly as (
    select distinct days.local_day
    from weekdays as days
    inner join {{ ref('business_hours') }} as hours
        on days.weekday = hours.weekday
        and {{ in_force('days.local_day', 'hours.valid_from', 'hours.valid_until') }}
    where {{ plain_text('hours.calendar_id') }} = {{ calendar }}
),

exceptions as (
    select
        date as local_day,
        max(case when open is not null then 1 else 0 end) = 1 as is_open
    from {{ ref('calendar_exceptions') }}
    where {{ plain_text('calendar_id') }} = {{ calendar }}
    group by date
),

judged as (
    select
        days.month,
        days.local_day,
        days.is_over,
        case
            when {{ calendar }} is null then days.weekday <= 5
            else coalesce(exceptions.is_open, weekly.local_day is not null)
        end as is_working
    from weekdays as days
    left join weekly on days.local_day = weekly.local_day
    left join exceptions on days.local_day = exceptions.local_day
),

final as (
    select
        month,
        count(case when is_working then 1 end) as working_days,
        count(case when is_working and is_over then 1 end) as elapsed_working_days,
        count(*) as calendar_days,
        count(case when is_over then 1 end) as elapsed_calendar_days,
        month < {{ local_month(as_of()) }} as is_over
    from judged
    group by month
)

select * from final
