-- Every event that takes part in a person's journeys, in cutting order: creations of contacts and leads, declared and rule
-- stages as the basis says, deals created and closed. For cutting, an event counts no earlier than the person's earliest
-- creation and a closing no earlier than its deal's creation; events keep their own timestamps. Grain: one row per event.
{{ config(materialized='sliced', slice_by='person_id') }}

with creations as (
    select
        person_id,
        'lead' as stage,
        created_at as entered_at,
        'record' as source,
        record_id as source_id,
        case when kind = 'lead' then record_id end as lead_id,
        cast(null as string) as opportunity_id,
        false as is_inferred,
        true as is_participating
    from {{ ref('int_identity__person_records') }}
    where kind in ('contact', 'lead')
),

statuses as (
    select
        status_events.person_id,
        status_events.stage,
        status_events.entered_at,
        'status' as source,
        status_events.lead_id as source_id,
        status_events.lead_id,
        cast(null as string) as opportunity_id,
        status_events.is_inferred,
        coalesce(bases.takes_declared, true) as is_participating
    from {{ ref('int_stages__status_events') }} as status_events
    left join {{ ref('int_stages__bases') }} as bases on status_events.stage = bases.stage
),

rules as (
    select
        qualified.person_id,
        qualified.stage,
        qualified.qualified_at as entered_at,
        'rule' as source,
        qualified.stage as source_id,
        cast(null as string) as lead_id,
        cast(null as string) as opportunity_id,
        false as is_inferred,
        bases.takes_rule as is_participating
    from {{ ref('int_qualification__qualified') }} as qualified
    inner join {{ ref('int_stages__bases') }} as bases on qualified.stage = bases.stage
),

deals as (
    select
        person_id,
        'opportunity' as stage,
        created_at as entered_at,
        'deal' as source,
        opportunity_id as source_id,
        cast(null as string) as lead_id,
        opportunity_id,
        false as is_inferred,
        true as is_participating
    from {{ ref('int_revenue__person_deals') }}
    where not is_repeat

    union all

    select
        person_id,
        closing_stage as stage,
        closed_at as entered_at,
        'deal' as source,
        opportunity_id as source_id,
        cast(null as string) as lead_id,
        opportunity_id,
        false as is_inferred,
        true as is_participating
    from {{ ref('int_revenue__person_deals') }}
    where not is_repeat and closed_at is not null
),

events as (
    select * from creations
    union all
    select * from statuses where is_participating
    union all
    select * from rules where is_participating
    union all
    select * from deals
),

first_creations as (
    select
        person_id,
        min(entered_at) as first_created_at
    from creations
    group by person_id
),

dated as (
    select
        events.person_id,
        events.stage,
        {{ stage_position('events.stage') }} as stage_position,
        events.entered_at,
        greatest(
            events.entered_at,
            coalesce(first_creations.first_created_at, events.entered_at),
            coalesce(person_deals.created_at, events.entered_at)
        ) as cut_at,
        events.source,
        events.source_id,
        events.lead_id,
        events.opportunity_id,
        events.is_inferred,
        leads.created_at as lead_created_at,
        coalesce(person_deals.link_rule = 'account', false) as is_account_linked
    from events
    left join first_creations on events.person_id = first_creations.person_id
    left join {{ ref('int_revenue__person_deals') }} as person_deals
        on events.person_id = person_deals.person_id
        and events.opportunity_id = person_deals.opportunity_id
    left join {{ ref('stg_crm__leads') }} as leads on events.lead_id = leads.lead_id
),

ordered as (
    select
        *,
        cast(row_number() over (
            partition by person_id
            order by
                cut_at,
                stage_position,
                case source when 'record' then 1 when 'status' then 2 when 'rule' then 3 else 4 end,
                source_id,
                entered_at,
                lead_id asc nulls last
        ) as int) as position
    from dated
),

-- What closings are judged by; most people have no deal, so few events are looked at.
deal_events as (
    select
        person_id,
        position,
        stage,
        source,
        min(case when stage = 'opportunity' and source = 'deal' then position end) over (
            partition by person_id, opportunity_id
        ) as deal_created_position,
        -- At an instant, not at a position: a deal that closes then is open no more, whatever else happens then.
        sum(case when source <> 'deal' then 0 when stage = 'opportunity' then 1 else -1 end) over (
            partition by person_id
            order by cut_at
            range between unbounded preceding and current row
        ) as open_deals
    from ordered
    where source = 'deal' or stage = 'closed_lost'
),

-- A status that repeats a loss is dropped, and what is dropped ends nothing. It does so in journeys to which the loss belongs: those
-- that began by then, by the creation of its deal where a deal was lost. Between the two is no step of its own place.
former_steps as (
    select
        losses.person_id,
        losses.position,
        max(steps.position) as former_position
    from deal_events as losses
    inner join (
        select person_id, position from ordered
        where source <> 'record' and (source <> 'deal' or stage = 'opportunity')
    ) as steps
        on losses.person_id = steps.person_id
        and steps.position < losses.position
    where losses.stage = 'closed_lost' and losses.source = 'status'
    group by losses.person_id, losses.position
),

repeated_losses as (
    select
        former_steps.person_id,
        former_steps.position,
        max(coalesce(told.deal_created_position, told.position)) as repeated_position
    from former_steps
    inner join deal_events as told
        on former_steps.person_id = told.person_id
        and former_steps.former_position <= told.position
        and told.position < former_steps.position
    where told.stage = 'closed_lost'
    group by former_steps.person_id, former_steps.position
),

final as (
    select
        ordered.person_id,
        ordered.position,
        ordered.cut_at,
        ordered.entered_at,
        ordered.stage,
        ordered.stage_position,
        ordered.source,
        ordered.lead_id,
        ordered.lead_created_at,
        ordered.opportunity_id,
        ordered.is_inferred,
        case when ordered.opportunity_id is not null then deal_events.deal_created_position end as deal_created_position,
        repeated_losses.repeated_position,
        ordered.stage_position <= 5 and not ordered.is_account_linked as may_begin,
        ordered.stage in ('customer', 'recycled', 'disqualified')
        or (ordered.stage = 'closed_lost' and deal_events.open_deals = 0) as may_end
    from ordered
    left join deal_events
        on ordered.person_id = deal_events.person_id
        and ordered.position = deal_events.position
    left join repeated_losses
        on ordered.person_id = repeated_losses.person_id
        and ordered.position = repeated_losses.position
)

select * from final
