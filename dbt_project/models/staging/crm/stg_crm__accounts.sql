-- CRM account: the company sold to. Grain: one row per account_id that exists at as_of, in its newest version.

with newest as (
    {{ newest_version(source('landing', 'crm_account'), ['account_id'], event_column='created_at') }}
),

final as (
    select
        -- ids
        account_id,
        owner_user_id,
        -- text
        name,
        {{ plain_text('domain') }} as domain,
        industry,
        country,
        _source_system as source_system,
        -- numbers
        employee_count,
        -- booleans
        coalesce(is_deleted, false) as is_deleted,
        -- times
        created_at
    from newest
)

select * from final
