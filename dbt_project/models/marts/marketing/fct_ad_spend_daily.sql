-- Advertising spend in the reporting currency, with the channel it went to. Grain: one row per day, platform and campaign.
{{ config(materialized='view') }}

with final as (
    select
        spend_date,
        platform,
        campaign_id,
        channel,
        spend_reporting,
        impressions,
        clicks
    from {{ ref('int_channels__spend') }}
)

select * from final
