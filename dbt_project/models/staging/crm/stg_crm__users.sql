-- CRM user: who owns leads and deals. Grain: one row per user_id that exists at as_of, in its newest version.

with newest as (
    {{ newest_version(source('landing', 'crm_user'), ['user_id']) }}
),

final as (
    select
        -- ids
        user_id,
        calendar_id,
        manager_user_id,
        -- text
        full_name,
        email,
        team,
        role,
        _source_system as source_system,
        -- booleans
        is_active
    from newest
)

select * from final
