-- What sales and marketing owe each other, and when. A policy whose terms changed has a row per validity. Grain: one
-- row per policy and validity.

with final as (
    select
        trim(cast(sla_policy_id as string)) as sla_policy_id,
        {{ plain_text('commitment') }} as commitment,
        case when {{ plain_text('commitment') }} = 'handoff' then 'marketing' else 'sales' end as owed_by,
        cast(priority as bigint) as priority,
        country,
        industry,
        cast(min_employee_count as bigint) as min_employee_count,
        cast(max_employee_count as bigint) as max_employee_count,
        cast(min_potential_value as decimal(18, 2)) as min_potential_value,
        coalesce({{ plain_text('clock_start') }}, 'mql_at') as clock_start,
        cast(target_minutes as double) as target_minutes,
        cast(coalesce(min_attempts, 1) as bigint) as min_attempts,
        cast(window_days as double) as window_days,
        {{ plain_text('required_fields') }} as required_fields,
        cast(at_risk_fraction as double) as at_risk_fraction,
        nullif(trim(cast(calendar_id as string)), '') as calendar_id,
        cast(valid_from as date) as valid_from,
        cast(valid_until as date) as valid_until
    from {{ ref('sla_policies') }}
)

select * from final
