-- What does each campaign bring, and is it where people came from or one of many things that met them on the way? `sourced`: the
-- first eligible touch is the campaign's; `influenced`: any is, so campaigns must not be added up. Grain: one row per campaign.

{%- set conversions = ['lead', 'mql', 'opportunity', 'won'] %}

with spend as (
    select
        campaign_id,
        sum(spend_reporting) as spend
    from {{ ref('fct_ad_spend_daily') }}
    group by campaign_id
),

touches as (
    select
        campaign_id,
        count(*) as touches
    from {{ ref('fct_touch') }}
    where campaign_id is not null
    group by campaign_id
),

-- A unit counts once for a campaign, however many of its touches the campaign has.
touched_units as (
    select
        conversion,
        campaign_id,
        min(conversion_weight) as conversion_weight,
        min(amount_reporting) as amount_reporting,
        max(first_touch_weight) as is_sourced
    from {{ ref('int_attribution__unit_touches') }}
    where campaign_id is not null
    group by conversion, journey_id, opportunity_id, campaign_id
),

brought as (
    select
        campaign_id,
        {% for conversion in conversions -%}
        {{ exact_sum("case when conversion = '" ~ conversion ~ "' and is_sourced = 1 then conversion_weight end") }} as {{ conversion }}_sourced,
        {{ exact_sum("case when conversion = '" ~ conversion ~ "' then conversion_weight end") }} as {{ conversion }}_influenced,
        {% endfor -%}
        sum(case when conversion = 'won' and is_sourced = 1 then amount_reporting end) as won_amount_sourced,
        sum(case when conversion = 'won' then amount_reporting end) as won_amount_influenced
    from touched_units
    group by campaign_id
),

-- Money and touches of campaigns that no extract describes are shown too.
campaigns as (
    select campaign_id from {{ ref('dim_campaign') }}
    union
    select campaign_id from spend
    union
    select campaign_id from touches
),

final as (
    select
        campaigns.campaign_id,
        cast(coalesce(spend.spend, 0) as decimal(18, 2)) as spend,
        cast(coalesce(touches.touches, 0) as bigint) as touches,
        {% for conversion in conversions -%}
        cast(coalesce(brought.{{ conversion }}_sourced, 0) as double) as {{ conversion }}_sourced,
        cast(coalesce(brought.{{ conversion }}_influenced, 0) as double) as {{ conversion }}_influenced,
        {% endfor -%}
        cast(coalesce(brought.won_amount_sourced, 0) as decimal(18, 2)) as won_amount_sourced,
        cast(coalesce(brought.won_amount_influenced, 0) as decimal(18, 2)) as won_amount_influenced
    from campaigns
    left join spend on campaigns.campaign_id = spend.campaign_id
    left join touches on campaigns.campaign_id = touches.campaign_id
    left join brought on campaigns.campaign_id = brought.campaign_id
)

select * from final
