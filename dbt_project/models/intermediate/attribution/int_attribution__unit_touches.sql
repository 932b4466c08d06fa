-- The path of each conversion unit, touch by touch, with what the seven touch models give each touch. The weights of a unit
-- sum to 1 in every model; 0 is no credit. Grain: one row per conversion unit and eligible touch.
{{ config(materialized='sliced', slice_by='person_id') }}

{%- set anchors = ['paths.first_position', 'paths.lead_position', 'paths.opportunity_position', 'paths.won_position'] %}

with paths as (
    select
        *,
        last_position - first_position + 1 as touches
    from {{ ref('int_attribution__person_units') }}
    where first_position is not null
),

final as (
    select
        paths.conversion,
        paths.journey_id,
        paths.opportunity_id,
        paths.person_id,
        paths.conversion_weight,
        paths.amount_reporting,
        touches.touch_id,
        touches.channel,
        touches.campaign_id,
        case when touches.position = paths.first_position then 'start' else touches.former_channel end as from_channel,
        touches.position = paths.last_position as is_last,
        -- A channel of several touches counts once, at its last.
        case
            when touches.channel_returns_at is null or paths.converted_at < touches.channel_returns_at
                then cast(1 as double) / paths.channels
            else cast(0 as double)
        end as shapley_weight,
        cast(case when touches.position = paths.first_position then 1 else 0 end as double) as first_touch_weight,
        cast(case when touches.position = paths.last_position then 1 else 0 end as double) as last_touch_weight,
        cast(1 as double) / paths.touches as linear_weight,
        cast(case
            when paths.touches = 1 then 1
            when paths.touches = 2 then 0.5
            when touches.position in (paths.first_position, paths.last_position) then 0.4
            else cast(0.2 as double) / (paths.touches - 2)
        end as double) as u_shaped_weight,
        {{ touch_decay('touches.occurred_at', 'paths.converted_at') }} / paths.decay as time_decay_weight,
        cast({{ anchored_weight('touches.position', 'paths.touches', anchors[:3]) }} as double) as w_shaped_weight,
        cast({{ anchored_weight('touches.position', 'paths.touches', anchors) }} as double) as full_path_weight
    from paths
    inner join {{ ref('int_attribution__touches') }} as touches
        on paths.person_id = touches.person_id
        and paths.first_position <= touches.position
        and touches.position <= paths.last_position
)

select * from final
