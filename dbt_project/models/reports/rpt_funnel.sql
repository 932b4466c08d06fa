-- Which lead months and channels move through the funnel, how much of it, how fast and at what value? `any_order` counts a stage
-- for journeys that reached it or a later one, `in_order` those with every timestamp up to it, non-decreasing. Journeys that are
-- still running may yet go on: the km_ columns say what share goes on when that is allowed for. Grain: one row per lead month,
-- channel, funnel kind and stage.

{%- set funnel = funnel_stages() %}
{%- set horizons = [30, 60, 90, 180] %}

with bridged as (
    select
        journey_id,
        sum(case when not is_repeat then amount_reporting end) as bridged_amount
    from {{ ref('bridge_journey_opportunity') }}
    group by journey_id
),

journeys as (
    select
        facts.journey_id,
        {{ local_month('facts.lead_at') }} as lead_month,
        facts.original_channel as channel,
        {% for stage in funnel -%}
        facts.{{ stage }}_at,
        {% endfor -%}
        facts.ended_at,
        {{ stage_position('facts.furthest_stage') }} as furthest_position,
        facts.potential_value,
        bridged.bridged_amount,
        facts.won_amount
    from {{ ref('fct_lead_to_deal') }} as facts
    left join bridged on facts.journey_id = bridged.journey_id
),

ordered as (
    select
        *,
        case
            when mql_at is null or mql_at < lead_at then 1
            when sal_at is null or sal_at < mql_at then 2
            when sql_at is null or sql_at < sal_at then 3
            when opportunity_at is null or opportunity_at < sql_at then 4
            when customer_at is null or customer_at < opportunity_at then 5
            else 6
        end as ordered_position
    from journeys
),

counted as (
    {% for kind, position in [('any_order', 'furthest_position'), ('in_order', 'ordered_position')] -%}
    {% set kind_loop = loop -%}
    {% for stage in funnel -%}
    select
        lead_month,
        channel,
        '{{ kind }}' as funnel_kind,
        '{{ stage }}' as stage,
        {{ loop.index }} as stage_position,
        count(case when {{ position }} >= {{ loop.index }} then 1 end) as volume,
        {% if not loop.last -%}
        median(case when {{ position }} >= {{ loop.index }} then {{ days_from_to(stage ~ '_at', funnel[loop.index] ~ '_at') }} end)
        {%- else -%}
        cast(null as double)
        {%- endif %} as velocity,
        sum(case when {{ position }} >= {{ loop.index }} then {{
            'potential_value' if loop.index <= 4 else 'bridged_amount' if stage == 'opportunity' else 'won_amount'
        }} end) as stage_value
    from ordered
    group by lead_month, channel
    {{ 'union all' if not (loop.last and kind_loop.last) }}
    {% endfor -%}
    {% endfor %}
),

-- From a stage's own timestamp to the earliest later one, in order to the next stage's, else to where watching ended.
observations as (
    {% for kind, position in [('any_order', 'furthest_position'), ('in_order', 'ordered_position')] -%}
    {% set kind_loop = loop -%}
    {% for stage in funnel[:-1] -%}
    {% set later = funnel[loop.index:] -%}
    {% set event = later[0] ~ '_at' if kind == 'in_order' or loop.last else 'least(' ~ later | join('_at, ') ~ '_at)' -%}
    select
        lead_month,
        channel,
        '{{ kind }}' as funnel_kind,
        {{ loop.index }} as stage_position,
        {{ epoch_micros('coalesce(' ~ event ~ ', ended_at, ' ~ as_of() ~ ')') }} - {{ epoch_micros(stage ~ '_at') }} as micros,
        {{ event }} is not null as is_event
    from ordered
    where {{ position }} >= {{ loop.index }} and {{ stage }}_at is not null
    {{ 'union all' if not (loop.last and kind_loop.last) }}
    {% endfor -%}
    {% endfor %}
),

survival as (
    {{ kaplan_meier('observations', ['lead_month', 'channel', 'funnel_kind', 'stage_position'], horizons) }}
),

final as (
    select
        counted.lead_month,
        counted.channel,
        counted.funnel_kind,
        counted.stage,
        cast(counted.volume as bigint) as volume,
        cast(
            lead(counted.volume) over (
                partition by counted.lead_month, counted.channel, counted.funnel_kind order by counted.stage_position
            ) as double
        ) / nullif(counted.volume, 0) as conversion,
        {% for days in horizons -%}
        survival.km_conversion_{{ days }}d,
        {% endfor -%}
        cast(counted.velocity as double) as velocity,
        cast(coalesce(counted.stage_value, 0) as decimal(18, 2)) as value
    from counted
    left join survival
        on counted.lead_month = survival.lead_month
        and counted.channel = survival.channel
        and counted.funnel_kind = survival.funnel_kind
        and counted.stage_position = survival.stage_position
)

select * from final
