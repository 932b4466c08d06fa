-- Every kept event of every journey at its own timestamp, with the time until the person's next event (to as_of while the
-- person is still there, which is why this is a view: time passes for all of them every night). Grain: one row per stage event.
{{ config(materialized='view') }}

with final as (
    select
        stage_event_id,
        journey_id,
        person_id,
        stage,
        entered_at,
        exited_at,
        {{ days_from_to('entered_at', 'coalesce(exited_at, ' ~ as_of() ~ ')') }} as time_in_stage_days,
        visit_number,
        is_regression,
        is_inferred
    from {{ ref('int_stages__stage_events') }}
)

select * from final
