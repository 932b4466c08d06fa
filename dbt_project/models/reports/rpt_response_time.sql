-- How long do qualified leads wait for the first attempt, by the clock and in business time? Grain: one row per month of the
-- start, team and measure.

with responses as (
    {% for measure, minutes in [('clock', 'elapsed_minutes'), ('business', 'elapsed_business_minutes')] -%}
    select
        {{ local_month('started_at') }} as month,
        team,
        '{{ measure }}' as measure,
        {{ minutes }} as minutes
    from {{ ref('fct_sla_event') }}
    where commitment = 'first_response'
        and ended_at is not null
        and {{ minutes }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        month,
        team,
        measure,
        cast(count(*) as bigint) as responses,
        {% for percentile, share in [('p50', 0.5), ('p90', 0.9), ('p95', 0.95)] -%}
        cast(percentile_cont({{ share }}) within group (order by minutes) as double) as {{ percentile }},
        {% endfor -%}
        cast(count(case when minutes < 5 then 1 end) as bigint) as under_5,
        cast(count(case when minutes >= 5 and minutes < 15 then 1 end) as bigint) as from_5_to_15,
        cast(count(case when minutes >= 15 and minutes < 60 then 1 end) as bigint) as from_15_to_60,
        cast(count(case when minutes >= 60 then 1 end) as bigint) as over_60
    from responses
    group by month, team, measure
)

select * from final
