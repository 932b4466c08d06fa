-- A returned row is a campaign whose spend is not that of its days, or that started more than it met.

with spent as (
    select
        campaign_id,
        sum(spend_reporting) as spend
    from {{ ref('fct_ad_spend_daily') }}
    group by campaign_id
)

select campaigns.campaign_id
from {{ ref('rpt_campaign_performance') }} as campaigns
left join spent on campaigns.campaign_id = spent.campaign_id
where
    campaigns.spend <> coalesce(spent.spend, 0)
    {% for conversion in ['lead', 'mql', 'opportunity', 'won'] -%}
    or campaigns.{{ conversion }}_sourced > campaigns.{{ conversion }}_influenced + 0.000001
    {% endfor -%}
