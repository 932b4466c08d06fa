-- Touches of known people in order, each with what stands beside it, so that a path cut out of a person's touches is read
-- without sorting again: a touch is the first of a path when the one before lies outside, the last of its channel when that
-- channel returns outside. Grain: one row per touch of a known person.
{{ config(materialized='sliced', slice_by='person_id') }}

with touches as (
    select
        person_id,
        touch_id,
        occurred_at,
        channel,
        campaign_id
    from {{ ref('int_channels__touches') }}
    where person_id is not null
),

final as (
    select
        person_id,
        touch_id,
        occurred_at,
        channel,
        campaign_id,
        cast(row_number() over (partition by person_id order by occurred_at, touch_id) as int) as position,
        lag(channel) over (partition by person_id order by occurred_at, touch_id) as former_channel,
        lag(occurred_at) over (partition by person_id order by occurred_at, touch_id) as former_at,
        lead(occurred_at) over (partition by person_id order by occurred_at, touch_id) as next_at,
        lead(occurred_at) over (partition by person_id, channel order by occurred_at, touch_id) as channel_returns_at
    from touches
)

select * from final
