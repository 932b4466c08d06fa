-- Which campaigns did customers meet first?
select
    journeys.campaign_id,
    campaigns.name as campaign,
    count(*) as leads,
    count(journeys.mql_at) as mqls,
    count(journeys.customer_at) as customers,
    sum(journeys.won_amount) as won_amount
from marts.fct_lead_to_deal as journeys
left join marts.dim_campaign as campaigns on journeys.campaign_id = campaigns.campaign_id
where journeys.campaign_id is not null
group by all
order by won_amount desc, leads desc, campaign_id
limit 25
