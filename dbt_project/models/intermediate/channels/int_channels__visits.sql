-- Web visits with the channel of each row: its own, else the rules'. Grain: one row per visit_date, utm_source, utm_medium and
-- utm_campaign.

with visits as (
    select
        visit_date,
        utm_source,
        utm_medium,
        utm_campaign,
        channel,
        visits,
        {{ plain_text('utm_source') }} as plain_source,
        {{ plain_text('utm_medium') }} as plain_medium
    from {{ ref('stg_marketing__web_visits') }}
),

-- Visits come with neither a referrer nor a click id.
signals as (
    select
        utm_source,
        utm_medium,
        channel,
        confidence
    from {{ ref('int_channels__touch_signals') }}
    where referrer is null and click_id is null
),

final as (
    select
        visits.visit_date,
        visits.utm_source,
        visits.utm_medium,
        visits.utm_campaign,
        coalesce(visits.channel, signals.channel) as channel,
        case when visits.channel is not null then 'declared' else signals.confidence end as source_confidence,
        visits.channel is not null as is_channel_declared,
        visits.visits
    from visits
    left join signals
        on visits.plain_source is not distinct from signals.utm_source
        and visits.plain_medium is not distinct from signals.utm_medium
)

select * from final
