-- What sales and marketing owe each other, and when. A policy whose terms changed has a row per validity. Grain: one
-- row per policy and validity.

with final as (
    select
        sla_policy_id,
        commitment,
        case when commitment = 'handoff' then 'marketing' else 'sales' end as owed_by,
        priority,
        country,
        industry,
        min_employee_count,
        max_employee_count,
        cast(min_potential_value as decimal(18, 2)) as min_potential_value,
        clock_start,
        target_minutes,
        min_attempts,
        window_days,
        required_fields,
        at_risk_fraction,
        calendar_id,
        valid_from,
        valid_until
    from {{ ref('int_sla__policies') }}
)

select * from final
