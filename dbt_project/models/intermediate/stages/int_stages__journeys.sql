-- Journeys with their timestamps: when each stage was first reached, what the sales people declared and what the rules say,
-- and which lead speaks for the journey. Grain: one row per journey.
{{ config(materialized='sliced', slice_by='person_id', unpacked=['journey_id', 'person_id', 'lead_id']) }}

with events as (
    select
        person_id,
        journey_id,
        cycle_number,
        position,
        cut_at,
        entered_at,
        stage,
        stage_position,
        source,
        lead_id,
        is_first,
        is_end,
        is_kept
    from {{ ref('int_stages__journey_events') }}
),

cuts as (
    select
        person_id,
        cycle_number,
        ended_at
    from {{ ref('int_stages__journey_cuts') }}
),

reached as (
    select
        journey_id,
        person_id,
        cycle_number,
        min(case when is_first then entered_at end) as lead_at,
        min(case when is_first then cut_at end) as started_at,
        {% for stage in ['mql', 'sal', 'sql', 'opportunity', 'customer', 'recycled', 'disqualified', 'closed_lost'] -%}
        min(case when is_kept and stage = '{{ stage }}' then entered_at end) as {{ stage }}_at,
        {% endfor -%}
        {% for stage in ['mql', 'sql'] -%}
        min(case when source = 'status' and stage = '{{ stage }}' then entered_at end) as declared_{{ stage }}_at,
        min(case when source = 'rule' and stage = '{{ stage }}' then entered_at end) as rule_{{ stage }}_at,
        {% endfor -%}
        max_by(
            stage,
            case when is_kept and (stage <> 'closed_lost' or is_end) then position end
        ) as last_stage,
        min_by(lead_id, case when is_kept and lead_id is not null then position end) as first_event_lead_id
    from events
    group by journey_id, person_id, cycle_number
),

-- Stages that are no events under the basis still say when they were declared or met: to the last journey begun by then.
spans as (
    select
        reached.journey_id,
        reached.person_id,
        reached.cycle_number,
        reached.started_at,
        cuts.ended_at,
        lag(cuts.ended_at) over (partition by reached.person_id order by reached.cycle_number) as former_ended_at,
        lead(reached.started_at) over (partition by reached.person_id order by reached.cycle_number) as next_started_at
    from reached
    inner join cuts
        on reached.person_id = cuts.person_id
        and reached.cycle_number = cuts.cycle_number
),

aside as (
    select
        status_events.person_id,
        status_events.stage,
        'status' as source,
        status_events.entered_at
    from {{ ref('int_stages__status_events') }} as status_events
    inner join {{ ref('int_stages__bases') }} as bases on status_events.stage = bases.stage
    where not bases.takes_declared

    union all

    select
        qualified.person_id,
        qualified.stage,
        'rule' as source,
        qualified.qualified_at as entered_at
    from {{ ref('int_qualification__qualified') }} as qualified
    inner join {{ ref('int_stages__bases') }} as bases on qualified.stage = bases.stage
    where not bases.takes_rule
),

asides as (
    select
        spans.journey_id,
        {% for stage in ['mql', 'sql'] -%}
        min(case when aside.source = 'status' and aside.stage = '{{ stage }}' then aside.entered_at end) as declared_{{ stage }}_at,
        min(case when aside.source = 'rule' and aside.stage = '{{ stage }}' then aside.entered_at end) as rule_{{ stage }}_at{{ ',' if not loop.last }}
        {% endfor -%}
    from aside
    inner join spans
        on aside.person_id = spans.person_id
        and (spans.cycle_number = 1 or spans.started_at <= aside.entered_at)
        and (spans.next_started_at is null or aside.entered_at < spans.next_started_at)
    group by spans.journey_id
),

leads_by_start as (
    select
        reached.journey_id,
        max_by(records.record_id, records.speaking_order) as lead_id
    from reached
    inner join {{ ref('int_identity__person_records') }} as records
        on reached.person_id = records.person_id
        and records.kind = 'lead'
        and records.created_at <= reached.started_at
    group by reached.journey_id
),

first_leads as (
    select
        person_id,
        min_by(record_id, speaking_order) as lead_id
    from {{ ref('int_identity__person_records') }}
    where kind = 'lead'
    group by person_id
),

final as (
    select
        reached.journey_id,
        reached.person_id,
        reached.cycle_number,
        coalesce(reached.first_event_lead_id, leads_by_start.lead_id, first_leads.lead_id) as lead_id,
        reached.started_at,
        spans.former_ended_at,
        spans.next_started_at,
        spans.ended_at,
        reached.lead_at,
        reached.mql_at,
        reached.sal_at,
        reached.sql_at,
        reached.opportunity_at,
        reached.customer_at,
        reached.recycled_at,
        reached.disqualified_at,
        reached.closed_lost_at,
        {% for stage in ['mql', 'sql'] -%}
        coalesce(reached.declared_{{ stage }}_at, asides.declared_{{ stage }}_at) as declared_{{ stage }}_at,
        coalesce(reached.rule_{{ stage }}_at, asides.rule_{{ stage }}_at) as rule_{{ stage }}_at,
        {% endfor -%}
        case when reached.customer_at is not null then 'customer' else reached.last_stage end as current_stage
    from reached
    inner join spans on reached.journey_id = spans.journey_id
    left join asides on reached.journey_id = asides.journey_id
    left join leads_by_start on reached.journey_id = leads_by_start.journey_id
    left join first_leads on reached.person_id = first_leads.person_id
)

select * from final
