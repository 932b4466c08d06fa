-- Advertising spend of a campaign on a platform on a day. Grain: one row per spend_date, platform, campaign_id that exists at as_of, in its newest version.

with newest as (
    {{ newest_version(source('landing', 'ad_spend'), ['spend_date', 'platform', 'campaign_id'], event_column='spend_date', event_is_day=true) }}
),

final as (
    select
        -- ids
        campaign_id,
        -- text
        platform,
        {{ plain_text('channel') }} as channel,
        {{ currency_or_reporting('currency') }} as currency,
        _source_system as source_system,
        -- numbers
        spend,
        impressions,
        clicks,
        -- times
        spend_date
    from newest
)

select * from final
