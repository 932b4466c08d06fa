-- Sales activity: a call, e-mail, meeting, message or task. Grain: one row per activity_id that exists at as_of, in its newest version.
{{ config(materialized='sliced', slice_by='activity_id') }}

with newest as (
    {{ newest_version(source('landing', 'crm_activity'), ['activity_id'], event_column='occurred_at') }}
),

final as (
    select
        -- ids
        activity_id,
        lead_id,
        crm_contact_id,
        opportunity_id,
        user_id,
        -- text
        activity_type,
        direction,
        outcome,
        _source_system as source_system,
        -- numbers
        duration_seconds,
        -- booleans
        coalesce(is_automated, false) as is_automated,
        coalesce(is_deleted, false) as is_deleted,
        -- times
        occurred_at
    from newest
)

select * from final
