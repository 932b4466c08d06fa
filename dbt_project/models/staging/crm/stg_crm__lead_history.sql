-- Change of one field of a CRM lead. Grain: one row per history_id that exists at as_of, in its newest version.
{{ config(materialized='sliced', slice_by='history_id') }}

with newest as (
    {{ newest_version(source('landing', 'crm_lead_history'), ['history_id'], event_column='changed_at') }}
),

final as (
    select
        -- ids
        history_id,
        lead_id,
        changed_by_user_id,
        -- text
        {{ plain_text('field') }} as field,
        old_value,
        new_value,
        _source_system as source_system,
        -- times
        changed_at
    from newest
)

select * from final
