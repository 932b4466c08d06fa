-- A returned row is a deal's unit and model whose credited cents do not sum to the unit's exactly.

with credited as (
    select
        conversion,
        journey_id,
        opportunity_id,
        model,
        sum(attributed_amount) as credited_amount
    from {{ ref('fct_attribution_credit') }}
    where conversion in ('opportunity', 'won')
    group by conversion, journey_id, opportunity_id, model
)

select
    credited.conversion,
    credited.journey_id,
    credited.opportunity_id,
    credited.model
from credited
left join {{ ref('int_attribution__units') }} as units
    on credited.conversion = units.conversion
    and credited.opportunity_id = units.opportunity_id
    and coalesce(credited.journey_id, '') = coalesce(units.journey_id, '')
where credited.credited_amount is distinct from units.amount_reporting
