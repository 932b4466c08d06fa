-- SLA policies ready to compare: lists as |a|b| so that membership is containment, blanks filled in, and the order in which
-- policies of a commitment are tried. A policy whose terms changed has a row per validity. Grain: one row per commitment and turn.

with policies as (
    select
        {{ plain_text('commitment') }} as commitment,
        cast(row_number() over (
            partition by {{ plain_text('commitment') }}
            order by priority, trim(cast(sla_policy_id as string)), valid_from nulls first
        ) as int) as turn,
        trim(cast(sla_policy_id as string)) as sla_policy_id,
        cast(priority as bigint) as priority,
        nullif(trim(cast(country as string)), '') as country,
        nullif(trim(cast(industry as string)), '') as industry,
        cast(min_employee_count as bigint) as min_employee_count,
        cast(max_employee_count as bigint) as max_employee_count,
        cast(min_potential_value as decimal(18, 4)) as min_potential_value,
        case when {{ plain_text('commitment') }} = 'handoff' then 'assigned_at' else coalesce({{ plain_text('clock_start') }}, 'mql_at') end as clock_start,
        cast(target_minutes as double) as target_minutes,
        cast(coalesce(min_attempts, 1) as bigint) as min_attempts,
        cast(window_days as double) as window_days,
        {{ plain_text('required_fields') }} as required_fields,
        cast(at_risk_fraction as double) as at_risk_fraction,
        nullif(trim(cast(calendar_id as string)), '') as calendar_id,
        cast(valid_from as date) as valid_from,
        cast(valid_until as date) as valid_until
    from {{ ref('sla_policies') }}
),

alternatives as (
    {% for condition in ['country', 'industry'] -%}
    select
        commitment,
        turn,
        '{{ condition }}' as condition,
        {{ list_elements(plain_text(condition)) }} as alternative
    from policies
    where {{ condition }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

lists as (
    select
        commitment,
        turn,
        condition,
        concat('|', {{ sorted_list('trim(alternative)') }}, '|') as list
    from alternatives
    where trim(alternative) <> ''
    group by commitment, turn, condition
),

final as (
    select
        policies.commitment,
        policies.turn,
        policies.sla_policy_id,
        policies.priority,
        policies.country,
        policies.industry,
        countries.list as countries,
        industries.list as industries,
        policies.min_employee_count,
        policies.max_employee_count,
        policies.min_potential_value,
        policies.clock_start,
        policies.target_minutes,
        policies.min_attempts,
        policies.window_days,
        policies.required_fields,
        policies.at_risk_fraction,
        policies.calendar_id,
        policies.valid_from,
        policies.valid_until
    from policies
    {% for condition, plural in [('country', 'countries'), ('industry', 'industries')] -%}
    left join lists as {{ plural }}
        on policies.commitment = {{ plural }}.commitment
        and policies.turn = {{ plural }}.turn
        and {{ plural }}.condition = '{{ condition }}'
    {% endfor %}
)

select * from final
