-- What does each channel bring, from visit to customer, at what cost and for what return? Journeys count in the month of their
-- lead_at however late they reach a stage; visits and spend in their own month. Grain: one row per lead month and channel.

{%- set counts = ['visits', 'leads', 'mqls', 'sqls', 'opportunities', 'customers'] %}
{%- set steps = [
    ('visit_to_lead', 'visits', 'leads'),
    ('lead_to_mql', 'leads', 'mqls'),
    ('mql_to_sql', 'mqls', 'sqls'),
    ('sql_to_opportunity', 'sqls', 'opportunities'),
    ('opportunity_to_customer', 'opportunities', 'customers'),
    ('lead_to_customer', 'leads', 'customers'),
] %}

with journeys as (
    select
        {{ local_month('lead_at') }} as lead_month,
        original_channel as channel,
        count(*) as leads,
        count(mql_at) as mqls,
        count(sql_at) as sqls,
        count(opportunity_at) as opportunities,
        count(customer_at) as customers,
        sum(won_amount) as won_amount
    from {{ ref('fct_lead_to_deal') }}
    group by {{ local_month('lead_at') }}, original_channel
),

visits as (
    select
        cast(date_trunc('month', visit_date) as date) as lead_month,
        channel,
        sum(visits) as visits
    from {{ ref('int_channels__visits') }}
    group by cast(date_trunc('month', visit_date) as date), channel
),

spend as (
    select
        cast(date_trunc('month', spend_date) as date) as lead_month,
        channel,
        sum(spend_reporting) as spend
    from {{ ref('int_channels__spend') }}
    group by cast(date_trunc('month', spend_date) as date), channel
),

months as (
    select lead_month, channel from journeys
    union
    select lead_month, channel from visits
    union
    select lead_month, channel from spend
),

filled as (
    select
        months.lead_month,
        months.channel,
        cast(coalesce(visits.visits, 0) as bigint) as visits,
        coalesce(journeys.leads, 0) as leads,
        coalesce(journeys.mqls, 0) as mqls,
        coalesce(journeys.sqls, 0) as sqls,
        coalesce(journeys.opportunities, 0) as opportunities,
        coalesce(journeys.customers, 0) as customers,
        cast(coalesce(spend.spend, 0) as decimal(18, 2)) as spend,
        cast(coalesce(journeys.won_amount, 0) as decimal(18, 2)) as won_amount
    from months
    left join journeys on months.lead_month = journeys.lead_month and months.channel = journeys.channel
    left join visits on months.lead_month = visits.lead_month and months.channel = visits.channel
    left join spend on months.lead_month = spend.lead_month and months.channel = spend.channel
),

final as (
    select
        lead_month,
        channel,
        {% for count in counts -%}
        {{ count }},
        {% endfor -%}
        {% for rate, base, reached in steps -%}
        cast({{ reached }} as double) / nullif({{ base }}, 0) as {{ rate }},
        {% endfor -%}
        spend,
        {% for unit in ['lead', 'mql', 'sql', 'customer'] -%}
        cast(spend as double) / nullif({{ unit }}s, 0) as cost_per_{{ unit }},
        {% endfor -%}
        won_amount,
        cast(won_amount - spend as double) / nullif(cast(spend as double), 0) as roi
    from filled
)

select * from final
