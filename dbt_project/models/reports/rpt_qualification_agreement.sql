-- Do the sales people and the rules agree on who is qualified, and whose judgement becomes customers? Grain: one row per lead
-- month, channel and stage (mql, sql).

with judged as (
    {% for stage in ['mql', 'sql'] -%}
    select
        {{ local_month('lead_at') }} as lead_month,
        original_channel as channel,
        '{{ stage }}' as stage,
        declared_{{ stage }}_at is not null as is_declared,
        rule_{{ stage }}_at is not null as is_met,
        customer_at is not null as is_customer
    from {{ ref('fct_lead_to_deal') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        lead_month,
        channel,
        stage,
        cast(count(case when is_declared and is_met then 1 end) as bigint) as agreed,
        cast(count(case when is_declared and not is_met then 1 end) as bigint) as declared_only,
        cast(count(case when not is_declared and is_met then 1 end) as bigint) as rule_only,
        cast(count(case when is_customer and is_declared and is_met then 1 end) as bigint) as agreed_customers,
        cast(count(case when is_customer and is_declared and not is_met then 1 end) as bigint) as declared_only_customers,
        cast(count(case when is_customer and not is_declared and is_met then 1 end) as bigint) as rule_only_customers
    from judged
    group by lead_month, channel, stage
)

select * from final
