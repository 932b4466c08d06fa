-- Every kept event of every journey at its own timestamp, with when the person's next event came. Grain: one row per stage event.
{{ config(materialized='sliced', slice_by='person_id') }}

with kept as (
    select
        person_id,
        journey_id,
        position,
        stage,
        stage_position,
        entered_at,
        is_inferred,
        lead(entered_at) over (partition by person_id order by position) as exited_at,
        row_number() over (partition by journey_id, stage order by position) as visit_number,
        max(case when stage_position <= 6 then stage_position end) over (
            partition by journey_id
            order by position
            rows between unbounded preceding and 1 preceding
        ) as furthest_position
    from {{ ref('int_stages__journey_events') }}
    where is_kept
),

final as (
    select
        md5(concat(journey_id, ':', stage, ':', cast(visit_number as string))) as stage_event_id,
        journey_id,
        person_id,
        stage,
        entered_at,
        exited_at,
        cast(visit_number as int) as visit_number,
        coalesce(stage_position < furthest_position, false) as is_regression,
        is_inferred
    from kept
)

select * from final
