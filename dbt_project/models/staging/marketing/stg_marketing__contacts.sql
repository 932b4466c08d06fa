-- Person known to marketing automation. Grain: one row per contact_id that exists at as_of, in its newest version.
{{ config(materialized='sliced', slice_by='contact_id') }}

with newest as (
    {{ newest_version(source('landing', 'marketing_contact'), ['contact_id'], version_column='updated_at', event_column='created_at') }}
),

final as (
    select
        -- ids
        contact_id,
        merged_into_contact_id,
        crm_lead_id,
        -- text
        {{ valid_email('email') }} as email,
        {{ valid_phone('phone') }} as phone,
        full_name,
        company_name,
        job_title,
        country,
        industry,
        _source_system as source_system,
        -- numbers
        employee_count,
        -- booleans
        coalesce(is_deleted, false) as is_deleted,
        -- times
        created_at,
        updated_at
    from newest
)

select * from final
