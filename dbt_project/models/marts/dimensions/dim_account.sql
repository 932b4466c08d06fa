-- Companies sold to. Grain: one row per live CRM account.

with final as (
    select
        account_id,
        name,
        domain,
        industry,
        employee_count,
        country,
        owner_user_id,
        created_at
    from {{ ref('stg_crm__accounts') }}
    where not is_deleted
)

select * from final
