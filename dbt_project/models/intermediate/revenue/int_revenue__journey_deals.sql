-- Linked deals with the journey each person's share belongs to, the amount cut to the cent. A repeat belongs to the person's
-- last journey with a customer event at or before its creation, any other deal to the journey that holds its creation.
-- Grain: one row per deal and person (bridge row).
{{ config(materialized='sliced', slice_by='person_id') }}

with person_deals as (
    select
        opportunity_id,
        person_id,
        link_rule,
        weight,
        amount_reporting as deal_amount,
        created_at,
        closed_at,
        is_won,
        is_repeat
    from {{ ref('int_revenue__person_deals') }}
),

creations as (
    select
        person_id,
        opportunity_id,
        journey_id
    from {{ ref('int_stages__journey_events') }}
    where source = 'deal' and stage = 'opportunity'
),

customers as (
    select
        person_deals.person_id,
        person_deals.opportunity_id,
        max_by(events.journey_id, events.cycle_number) as journey_id
    from person_deals
    inner join {{ ref('int_stages__journey_events') }} as events
        on person_deals.person_id = events.person_id
        and events.stage = 'customer'
        and events.is_kept
        and events.entered_at <= person_deals.created_at
    where person_deals.is_repeat
    group by person_deals.person_id, person_deals.opportunity_id
),

placed as (
    select
        person_deals.opportunity_id,
        person_deals.person_id,
        coalesce(creations.journey_id, customers.journey_id) as journey_id,
        person_deals.link_rule,
        person_deals.weight,
        1 as part,
        count(*) over (partition by person_deals.opportunity_id) as whole,
        person_deals.deal_amount,
        person_deals.created_at,
        person_deals.closed_at,
        person_deals.is_won,
        person_deals.is_repeat
    from person_deals
    left join creations
        on person_deals.person_id = creations.person_id
        and person_deals.opportunity_id = creations.opportunity_id
    left join customers
        on person_deals.person_id = customers.person_id
        and person_deals.opportunity_id = customers.opportunity_id
),

cut as (
    {{ cut_cents('placed', 'opportunity_id', 'journey_id', 'deal_amount', 'part', 'whole') }}
),

final as (
    select
        journey_id,
        opportunity_id,
        person_id,
        link_rule,
        weight,
        cut_amount as amount_reporting,
        created_at,
        closed_at,
        is_won,
        is_repeat
    from cut
)

select * from final
