-- What moved each headline metric against the period before: more of what it is counted over (volume), another mix of channels,
-- or another rate? Everything goes by lead month. The effects are decimals whose sum is the change to the last digit: the metric
-- that today's base would have given at the former rate is rounded once, and mix and rate are what is left on either side of it.
-- Grain: one row per period type, period, metric and channel.

{%- set metrics = [
    ('mqls', 'leads'),
    ('sqls', 'mqls'),
    ('opportunities', 'sqls'),
    ('customers', 'leads'),
    ('won_amount', 'customers'),
] %}

with monthly as (
    {% for metric, base in metrics -%}
    select
        lead_month,
        '{{ metric }}' as metric,
        channel,
        {{ base }} as base,
        cast({{ metric }} as decimal(18, 2)) as metric_value
    from {{ ref('rpt_channel_performance') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Each month's figures stand in their own period, and in the next one as the previous figures.
placed as (
    {% for period, months in [('month', 1), ('quarter', 3)] -%}
    select
        '{{ period }}' as period_type,
        cast(date_trunc('{{ period }}', lead_month) as date) as period_start,
        metric,
        channel,
        0 as base_before,
        base as base_now,
        cast(0 as decimal(18, 2)) as metric_before,
        metric_value as metric_now
    from monthly

    union all

    select
        '{{ period }}' as period_type,
        cast(date_trunc('{{ period }}', lead_month) + interval {{ months }} month as date) as period_start,
        metric,
        channel,
        base as base_before,
        0 as base_now,
        metric_value as metric_before,
        cast(0 as decimal(18, 2)) as metric_now
    from monthly
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

compared as (
    select
        period_type,
        period_start,
        metric,
        channel,
        cast(sum(base_before) as bigint) as base_before,
        cast(sum(base_now) as bigint) as base_now,
        cast(sum(metric_before) as decimal(18, 2)) as metric_before,
        cast(sum(metric_now) as decimal(18, 2)) as metric_now
    from placed
    -- A period that has not begun moved nothing.
    where period_start <= {{ local_day(as_of()) }}
    group by period_type, period_start, metric, channel
),

in_total as (
    select
        *,
        sum(base_before) over (partition by period_type, period_start, metric) as total_before,
        sum(base_now) over (partition by period_type, period_start, metric) as total_now,
        -- A metric without a base has no rate, so neither volume nor mix can explain it.
        case when base_before > 0 then metric_before else 0 end as rated_before
    from compared
    where base_before <> 0 or base_now <> 0 or metric_before <> 0 or metric_now <> 0
),

-- (B1 - B0) * m0 * r0 and b1 * r0, each divided once; a channel without a former base takes today's rate.
explained as (
    select
        *,
        cast(metric_now - metric_before as decimal(18, 2)) as change,
        cast(
            case
                when base_before > 0
                    then cast(rated_before as double) * cast(total_now - total_before as double) / cast(total_before as double)
                else 0
            end as decimal(28, 10)
        ) as volume_effect,
        cast(
            case
                when base_before > 0 then cast(metric_before as double) * base_now / base_before
                when base_now > 0 then cast(metric_now as double)
                else 0
            end as decimal(28, 10)
        ) as metric_at_former_rate
    from in_total
),

final as (
    select
        period_type,
        period_start,
        metric,
        channel,
        base_before,
        base_now,
        metric_before,
        metric_now,
        change,
        volume_effect,
        cast(metric_at_former_rate - rated_before - volume_effect as decimal(28, 10)) as mix_effect,
        cast(change - metric_at_former_rate + rated_before as decimal(28, 10)) as rate_effect
    from explained
)

select * from final
