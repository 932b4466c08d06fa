-- Months from the first customer to that of as_of. Grain: one row per month.

with first_month as (
    select min(acquisition_month) as first_day
    from {{ ref('int_retention__customers') }}
),

days as (
    select {{ days_between('first_day', local_day(as_of())) }} as local_day
    from first_month
),

months as (
    select distinct cast(date_trunc('month', local_day) as date) as month
    from days
),

final as (
    select
        month,
        cast(month + interval 1 month - interval 1 day as date) as last_day,
        month < {{ local_month(as_of()) }} as is_over
    from months
)

select * from final
