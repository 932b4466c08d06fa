-- What is attributed to people: every lead and MQL by journey, every opportunity and won deal by bridge row that is no repeat.
-- With each unit's path: which of the person's touches lie in the lookback before it, and which of those hold an anchor.
-- Positions are null where there is none. Grain: one row per conversion unit of a person.
{{ config(materialized='sliced', slice_by='person_id') }}

{%- set anchors = ['lead', 'opportunity', 'won'] %}

with journeys as (
    select
        journey_id,
        person_id,
        lead_at,
        mql_at,
        opportunity_at,
        customer_at
    from {{ ref('int_stages__journeys') }}
),

-- Only what is won has a won anchor.
deals as (
    select
        bridge.journey_id,
        bridge.opportunity_id,
        bridge.person_id,
        journeys.lead_at,
        bridge.created_at,
        case when bridge.is_won then bridge.closed_at end as won_at,
        bridge.weight,
        bridge.amount_reporting
    from {{ ref('int_revenue__journey_deals') }} as bridge
    inner join journeys on bridge.journey_id = journeys.journey_id
    where not bridge.is_repeat
),

units as (
    {% for conversion in ['lead', 'mql'] -%}
    select
        concat('{{ conversion }}:', journey_id) as unit_id,
        '{{ conversion }}' as conversion,
        journey_id,
        cast(null as string) as opportunity_id,
        person_id,
        {{ conversion }}_at as converted_at,
        lead_at,
        opportunity_at,
        customer_at as won_at,
        cast(1 as double) as conversion_weight,
        cast(null as decimal(18, 2)) as amount_reporting
    from journeys
    where {{ conversion }}_at is not null

    union all

    {% endfor -%}
    {% for conversion, instant in [('opportunity', 'created_at'), ('won', 'won_at')] -%}
    select
        concat('{{ conversion }}:', journey_id, ':', opportunity_id) as unit_id,
        '{{ conversion }}' as conversion,
        journey_id,
        opportunity_id,
        person_id,
        {{ instant }} as converted_at,
        lead_at,
        created_at as opportunity_at,
        won_at,
        cast(weight as double) as conversion_weight,
        amount_reporting
    from deals
    where {{ instant }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

paths as (
    select
        units.unit_id,
        min(touches.position) as first_position,
        max(touches.position) as last_position,
        {% for anchor in anchors -%}
        max(case
            when touches.occurred_at <= units.{{ anchor }}_at and units.{{ anchor }}_at <= units.converted_at
                then touches.position
        end) as {{ anchor }}_position,
        {% endfor -%}
        {{ exact_sum(touch_decay('touches.occurred_at', 'units.converted_at'), 30) }} as decay,
        count(case
            when touches.channel_returns_at is null or units.converted_at < touches.channel_returns_at then 1
        end) as channels
    from units
    inner join {{ ref('int_attribution__touches') }} as touches
        on units.person_id = touches.person_id
        and units.converted_at - {{ var('attribution_lookback_days') }} * interval 1 day < touches.occurred_at
        and touches.occurred_at <= units.converted_at
    group by units.unit_id
),

final as (
    select
        units.unit_id,
        units.conversion,
        units.journey_id,
        units.opportunity_id,
        units.person_id,
        units.converted_at,
        units.conversion_weight,
        units.amount_reporting,
        paths.first_position,
        paths.last_position,
        {% for anchor in anchors -%}
        paths.{{ anchor }}_position,
        {% endfor -%}
        cast(paths.decay as double) as decay,
        cast(paths.channels as int) as channels
    from units
    left join paths on units.unit_id = paths.unit_id
)

select * from final
