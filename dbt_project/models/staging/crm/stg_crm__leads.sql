-- CRM lead. Grain: one row per lead_id that exists at as_of, in its newest version.
{{ config(materialized='sliced', slice_by='lead_id') }}

with newest as (
    {{ newest_version(source('landing', 'crm_lead'), ['lead_id'], version_column='updated_at', event_column='created_at') }}
),

final as (
    select
        -- ids
        lead_id,
        owner_user_id,
        marketing_contact_id,
        converted_contact_id,
        converted_account_id,
        converted_opportunity_id,
        merged_into_lead_id,
        -- text
        {{ valid_email('email') }} as email,
        {{ valid_phone('phone') }} as phone,
        full_name,
        company_name,
        job_title,
        country,
        industry,
        {{ currency_code('currency') }} as currency,
        lead_source,
        status,
        pain_points,
        decision_role,
        budget,
        alternatives,
        preferred_channel,
        _source_system as source_system,
        -- numbers
        employee_count,
        potential_value,
        -- booleans
        coalesce(is_deleted, false) as is_deleted,
        -- times
        created_at,
        updated_at,
        converted_at
    from newest
)

select * from final
