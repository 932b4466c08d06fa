-- A returned row is a figure whose sum over channels and months is another than that of the facts it was made from.

with reported as (
    select
        coalesce(sum(visits), 0) as visits,
        coalesce(sum(leads), 0) as leads,
        coalesce(sum(mqls), 0) as mqls,
        coalesce(sum(sqls), 0) as sqls,
        coalesce(sum(opportunities), 0) as opportunities,
        coalesce(sum(customers), 0) as customers,
        coalesce(sum(spend), 0) as spend,
        coalesce(sum(won_amount), 0) as won_amount
    from {{ ref('rpt_channel_performance') }}
),

journeys as (
    select
        count(*) as leads,
        count(mql_at) as mqls,
        count(sql_at) as sqls,
        count(opportunity_at) as opportunities,
        count(customer_at) as customers,
        coalesce(sum(won_amount), 0) as won_amount
    from {{ ref('fct_lead_to_deal') }}
),

visits as (
    select coalesce(sum(visits), 0) as visits from {{ ref('stg_marketing__web_visits') }}
),

spend as (
    select coalesce(sum(spend_reporting), 0) as spend from {{ ref('int_channels__spend') }}
),

figures as (
    select 'visits' as figure, cast(reported.visits as decimal(28, 2)) as reported, cast(visits.visits as decimal(28, 2)) as expected
    from reported cross join visits
    union all
    select 'spend' as figure, reported.spend as reported, spend.spend as expected
    from reported cross join spend
    {% for figure in ['leads', 'mqls', 'sqls', 'opportunities', 'customers', 'won_amount'] -%}
    union all
    select '{{ figure }}' as figure, reported.{{ figure }} as reported, journeys.{{ figure }} as expected
    from reported cross join journeys
    {% endfor %}
)

select
    figure,
    reported,
    expected
from figures
where reported <> expected
