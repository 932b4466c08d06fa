-- Advertising spend in the reporting currency, at the rate of its day, with the channel of each row: its own, else its
-- campaign's, else what the rules say of a row without signals. Grain: one row per spend_date, platform and campaign_id.

with spend as (
    select
        spend_date,
        platform,
        campaign_id,
        channel,
        currency,
        spend,
        impressions,
        clicks
    from {{ ref('stg_marketing__ad_spend') }}
),

-- An aggregate, so that there is one row whatever the rules hold.
without_signals as (
    select
        min(channel) as channel,
        min(confidence) as confidence
    from {{ ref('int_channels__touch_signals') }}
    where utm_source is null and utm_medium is null and referrer is null and click_id is null
),

final as (
    select
        spend.spend_date,
        spend.platform,
        spend.campaign_id,
        coalesce(spend.channel, campaigns.channel, without_signals.channel) as channel,
        case
            when coalesce(spend.channel, campaigns.channel) is not null then 'declared'
            else without_signals.confidence
        end as source_confidence,
        coalesce(spend.channel, campaigns.channel) is not null as is_channel_declared,
        spend.currency,
        {{ convert_money('spend.spend', 'rates.rate_to_reporting') }} as spend_reporting,
        spend.spend is not null and rates.currency is null as is_rate_missing,
        spend.impressions,
        spend.clicks
    from spend
    cross join without_signals
    left join {{ ref('stg_marketing__campaigns') }} as campaigns on spend.campaign_id = campaigns.campaign_id
    left join {{ ref('int_revenue__exchange_rates') }} as rates
        on spend.currency = rates.currency
        and rates.valid_from <= spend.spend_date
        and spend.spend_date < coalesce(rates.valid_before, date '9999-12-31')
)

select * from final
