-- CRM contact: a person at an account. Grain: one row per crm_contact_id that exists at as_of, in its newest version.
{{ config(materialized='sliced', slice_by='crm_contact_id') }}

with newest as (
    {{ newest_version(source('landing', 'crm_contact'), ['crm_contact_id'], event_column='created_at') }}
),

final as (
    select
        -- ids
        crm_contact_id,
        account_id,
        merged_into_crm_contact_id,
        -- text
        {{ valid_email('email') }} as email,
        {{ valid_phone('phone') }} as phone,
        full_name,
        lead_source,
        _source_system as source_system,
        -- booleans
        coalesce(is_deleted, false) as is_deleted,
        -- times
        created_at
    from newest
)

select * from final
