-- What is attributed to people: every lead and MQL by journey, every opportunity and won deal by bridge row that is no repeat,
-- with the instants that anchor its path. Grain: one row per conversion unit of a person.
{{ config(materialized='sliced', stored='view', slice_by='person_id') }}

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

final as (
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
)

select * from final
