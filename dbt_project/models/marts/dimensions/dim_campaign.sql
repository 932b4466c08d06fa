-- Marketing campaigns. Grain: one row per campaign.

with final as (
    select
        campaigns.campaign_id,
        campaigns.name,
        campaigns.channel,
        campaigns.start_date,
        campaigns.end_date,
        campaigns.budget,
        campaigns.currency
    from {{ ref('stg_marketing__campaigns') }} as campaigns
)

select * from final
