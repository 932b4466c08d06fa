-- Stage events that people declared: the status history of each lead read through the stage mapping, equal consecutive stages
-- collapsed; a lead without any history gives its current status once, marked as inferred. Grain: one row per lead and change.
{{ config(materialized='sliced', slice_by='person_id') }}

with words as (
    select
        source_system,
        value,
        stage
    from {{ ref('int_stages__stage_words') }}
    where object = 'lead'
),

history as (
    select
        people.person_id,
        people.survivor_id as lead_id,
        history.history_id,
        history.changed_at as entered_at,
        {{ plain_text('history.new_value') }} as value,
        {{ plain_text('history.source_system') }} as source_system
    from {{ ref('stg_crm__lead_history') }} as history
    inner join {{ ref('int_identity__record_people') }} as people
        on history.lead_id = people.record_id
        and people.kind = 'lead'
    where history.field = 'status'
),

current_statuses as (
    select
        people.person_id,
        leads.lead_id,
        cast(null as string) as history_id,
        coalesce(leads.converted_at, leads.updated_at, leads.created_at) as entered_at,
        {{ plain_text('leads.status') }} as value,
        {{ plain_text('leads.source_system') }} as source_system
    from {{ ref('stg_crm__leads') }} as leads
    inner join {{ ref('int_identity__person_records') }} as people
        on leads.lead_id = people.record_id
        and people.kind = 'lead'
    left join (select distinct lead_id from history) as with_history on leads.lead_id = with_history.lead_id
    where with_history.lead_id is null
        and coalesce(leads.converted_at, leads.updated_at, leads.created_at) <= {{ as_of() }}
),

statuses as (
    select *, false as is_inferred from history
    union all
    select *, true as is_inferred from current_statuses
),

staged as (
    select
        statuses.person_id,
        statuses.lead_id,
        statuses.history_id,
        statuses.entered_at,
        statuses.is_inferred,
        coalesce(own_words.stage, any_words.stage) as stage
    from statuses
    left join words as own_words
        on statuses.value = own_words.value
        and statuses.source_system = own_words.source_system
    left join words as any_words
        on statuses.value = any_words.value
        and any_words.source_system = '*'
),

final as (
    select
        person_id,
        lead_id,
        stage,
        entered_at,
        is_inferred
    from (
        select
            *,
            lag(stage) over (partition by lead_id order by entered_at, {{ stage_position('stage') }}, history_id) as former_stage
        from staged
        where stage is not null
    ) as consecutive
    where former_stage is null or stage <> former_stage
)

select * from final
