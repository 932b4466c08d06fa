-- CRM users who own leads and deals, without what identifies them privately. Grain: one row per CRM user.

with final as (
    select
        user_id as owner_user_id,
        team,
        role,
        calendar_id,
        is_active,
        manager_user_id
    from {{ ref('stg_crm__users') }}
)

select * from final
