-- Role of a CRM contact in a deal. Grain: one row per opportunity_id, crm_contact_id that exists at as_of, in its newest version.

with newest as (
    {{ newest_version(source('landing', 'crm_opportunity_contact'), ['opportunity_id', 'crm_contact_id']) }}
),

final as (
    select
        -- ids
        opportunity_id,
        crm_contact_id,
        -- text
        role,
        _source_system as source_system,
        -- booleans
        coalesce(is_primary, false) as is_primary
    from newest
)

select * from final
