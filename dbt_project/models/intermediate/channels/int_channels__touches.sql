-- Touches with the person and the channel of each: the row's own channel, else the rules'. Grain: one row per touch.
{{ config(materialized='sliced', slice_by='touch_id', unpacked=['touch_id']) }}

with touches as (
    select
        touch_id,
        person_id,
        occurred_at,
        touch_type,
        campaign_id,
        channel,
        {{ plain_text('utm_source') }} as utm_source,
        {{ plain_text('utm_medium') }} as utm_medium,
        {{ plain_text('referrer_url') }} as referrer,
        {{ plain_text('click_id') }} as click_id
    from {{ ref('int_identity__touch_people') }}
),

final as (
    select
        touches.touch_id,
        touches.person_id,
        touches.occurred_at,
        coalesce(touches.channel, signals.channel) as channel,
        case when touches.channel is not null then 'declared' else signals.confidence end as source_confidence,
        touches.campaign_id,
        touches.touch_type
    from touches
    -- Touches with a channel of their own are joined too: a condition on one side alone would compare all with all.
    left join {{ ref('int_channels__click_id_heads') }} as heads on substr(touches.click_id, 1, 3) = heads.head
    left join {{ ref('int_channels__touch_signals') }} as signals
        on touches.utm_source is not distinct from signals.utm_source
        and touches.utm_medium is not distinct from signals.utm_medium
        and touches.referrer is not distinct from signals.referrer
        and substr(touches.click_id, 1, heads.characters) is not distinct from signals.click_id
)

select * from final
