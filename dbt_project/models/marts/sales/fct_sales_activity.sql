-- Sales activities with the journey they worked on and which attempt they were. Grain: one row per activity.
{{ config(materialized='sliced', stored='view', slice_by='activity_id') }}

with final as (
    select
        activity_id,
        journey_id,
        owner_user_id,
        activity_type,
        direction,
        outcome,
        occurred_at,
        attempt_number,
        is_attempt,
        is_contact
    from {{ ref('int_sales__activities') }}
)

select * from final
