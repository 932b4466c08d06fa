-- What is attributed: the units of people, and unlinked new business as units of nobody. Grain: one row per
-- conversion unit.
{{ config(materialized='view') }}

with unlinked as (
    select
        deals.opportunity_id,
        deals.created_at,
        case when deals.is_won then deals.closed_at end as won_at,
        deals.amount_reporting
    from {{ ref('int_revenue__opportunities') }} as deals
    left join (
        select distinct opportunity_id from {{ ref('int_revenue__deal_people') }}
    ) as linked on deals.opportunity_id = linked.opportunity_id
    where deals.is_new_business and linked.opportunity_id is null
),

final as (
    select
        unit_id,
        conversion,
        journey_id,
        opportunity_id,
        person_id,
        converted_at,
        conversion_weight,
        amount_reporting
    from {{ ref('int_attribution__person_units') }}

    {% for conversion, instant in [('opportunity', 'created_at'), ('won', 'won_at')] -%}
    union all

    select
        concat('{{ conversion }}:', ':', opportunity_id) as unit_id,
        '{{ conversion }}' as conversion,
        cast(null as string) as journey_id,
        opportunity_id,
        cast(null as string) as person_id,
        {{ instant }} as converted_at,
        cast(1 as double) as conversion_weight,
        amount_reporting
    from unlinked
    where {{ instant }} is not null

    {% endfor -%}
)

select * from final
