-- What a field of a lead held and from when until when, read from its history; before the first change it held that change's
-- old value. Histories of merged leads are one. Only the owner and the fields that handoffs ask for. Of changes at one
-- instant the last stands. Grain: one row per lead, field and instant from which a value held.
{{ config(materialized='sliced', slice_by='lead_id') }}

with fields as (
    select 'owner_user_id' as field
    union
    select field from {{ ref('int_sla__required_fields') }}
),

changes as (
    select
        people.survivor_id as lead_id,
        history.field,
        history.changed_at,
        history.history_id,
        nullif(trim(history.old_value), '') as old_value,
        nullif(trim(history.new_value), '') as new_value
    from {{ ref('stg_crm__lead_history') }} as history
    inner join fields on history.field = fields.field
    inner join {{ ref('int_identity__record_people') }} as people
        on history.lead_id = people.record_id
        and people.kind = 'lead'
),

ordered as (
    select
        *,
        row_number() over (partition by lead_id, field order by changed_at, history_id) as change_number,
        lead(changed_at) over (partition by lead_id, field order by changed_at, history_id) as next_changed_at
    from changes
),

final as (
    select
        lead_id,
        field,
        timestamp '0001-01-01 00:00:00' as held_from,
        changed_at as held_until,
        old_value as value
    from ordered
    where change_number = 1

    union all

    select
        lead_id,
        field,
        changed_at as held_from,
        coalesce(next_changed_at, timestamp '9999-12-31 00:00:00') as held_until,
        new_value as value
    from ordered
    where next_changed_at is null or changed_at < next_changed_at
)

select * from final
