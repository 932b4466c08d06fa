-- What marketing owes by the agreement, month by month: the goals' report under the name of its side of the SLA. Grain: one row
-- per target: month, metric and channel (or `all`).
{{ config(materialized='view') }}

with final as (
    select
        month,
        metric,
        channel,
        target,
        actual,
        attainment,
        expected_working_days,
        expected_calendar_days,
        pace,
        pace_calendar_days,
        forecast,
        status
    from {{ ref('rpt_goal_attainment') }}
)

select * from final
