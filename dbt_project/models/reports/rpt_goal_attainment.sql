-- Does marketing keep its word? Every target beside what came of it, what should have come by now, and where the month is heading.
-- Grain: one row per target: month, metric and channel (or `all`).

{%- set counts = [('leads', 'lead_at'), ('mqls', 'mql_at'), ('sqls', 'sql_at'), ('opportunities', 'opportunity_at'), ('customers', 'customer_at')] %}
{%- set rates = ['retention_rate', 'first_response_attainment'] %}

with targets as (
    select
        cast(date_trunc('month', month) as date) as month,
        {{ plain_text('metric') }} as metric,
        {{ plain_text('channel') }} as channel,
        cast(target as double) as target
    from {{ ref('targets') }}
),

journeys as (
    select
        journey_id,
        original_channel as channel,
        {% for _, reached_at in counts -%}
        {{ reached_at }},
        {% endfor -%}
        potential_value
    from {{ ref('fct_lead_to_deal') }}
),

won as (
    select
        {{ local_month('deals.closed_at') }} as month,
        journeys.channel,
        deals.amount_reporting
    from {{ ref('int_revenue__journey_deals') }} as deals
    inner join journeys on deals.journey_id = journeys.journey_id
    where deals.is_won and not deals.is_repeat

    union all

    -- Deals that nobody is linked to have no channel: they count where all channels do.
    select
        {{ local_month('closed_at') }} as month,
        cast(null as string) as channel,
        amount_reporting
    from {{ ref('fct_opportunity') }}
    where is_won
        and link_rule = 'unlinked'
        and is_new_business
),

-- A month's rate is about those who were active a month before.
retained as (
    select
        cast(active_months.month + interval 1 month as date) as month,
        customers.channel,
        case when active_months.is_kept then 1 else 0 end as share
    from {{ ref('int_retention__active_months') }} as active_months
    inner join {{ ref('int_retention__customers') }} as customers on active_months.customer_id = customers.customer_id
    where active_months.is_kept is not null
),

first_responses as (
    select
        {{ local_month('coalesce(events.started_at, journeys.mql_at)') }} as month,
        journeys.channel,
        case when events.status = 'met' then 1 else 0 end as share
    from {{ ref('fct_sla_event') }} as events
    inner join journeys on events.journey_id = journeys.journey_id
    where events.commitment = 'first_response' and events.status in ('met', 'breached')
),

measured as (
    {% for metric, reached_at in counts -%}
    select
        '{{ metric }}' as metric,
        {{ local_month(reached_at) }} as month,
        channel,
        cast(count(*) as double) as amount,
        cast(null as double) as cases
    from journeys
    where {{ reached_at }} is not null
    group by 1, 2, 3

    union all

    {% endfor -%}
    select
        'mql_value' as metric,
        {{ local_month('mql_at') }} as month,
        channel,
        cast(sum(potential_value) as double) as amount,
        cast(null as double) as cases
    from journeys
    where mql_at is not null
    group by 1, 2, 3

    union all

    select
        'won_amount' as metric,
        month,
        channel,
        cast(sum(amount_reporting) as double) as amount,
        cast(null as double) as cases
    from won
    group by 1, 2, 3
    {% for metric, shares in [('retention_rate', 'retained'), ('first_response_attainment', 'first_responses')] %}
    union all

    select
        '{{ metric }}' as metric,
        month,
        channel,
        cast(sum(share) as double) as amount,
        cast(count(*) as double) as cases
    from {{ shares }}
    group by 1, 2, 3
    {% endfor %}
),

actuals as (
    select
        metric,
        month,
        channel,
        amount,
        cases
    from measured
    where channel is not null

    union all

    select
        metric,
        month,
        'all' as channel,
        sum(amount) as amount,
        sum(cases) as cases
    from measured
    group by metric, month
),

compared as (
    select
        targets.month,
        targets.metric,
        targets.channel,
        targets.target,
        targets.metric in ('{{ rates | join("', '") }}') as is_rate,
        case
            -- Rounded, since a sum of doubles depends on the order that its rows come in.
            when targets.metric in ('{{ rates | join("', '") }}') then round(actuals.amount / nullif(actuals.cases, 0), 12)
            else round(coalesce(actuals.amount, 0), 6)
        end as actual,
        cast(months.elapsed_working_days as double) / nullif(months.working_days, 0) as elapsed_share,
        cast(months.elapsed_calendar_days as double) / nullif(months.calendar_days, 0) as elapsed_calendar_share,
        months.is_over
    from targets
    inner join {{ ref('int_goals__months') }} as months on targets.month = months.month
    left join actuals
        on targets.month = actuals.month
        and targets.metric = actuals.metric
        and targets.channel = actuals.channel
),

expected as (
    select
        *,
        case when is_rate then target else target * elapsed_share end as expected_working_days,
        case when is_rate then target else target * elapsed_calendar_share end as expected_calendar_days
    from compared
),

paced as (
    select
        *,
        actual / nullif(expected_working_days, 0) as pace,
        actual / nullif(expected_calendar_days, 0) as pace_calendar_days
    from expected
),

final as (
    select
        month,
        metric,
        channel,
        target,
        actual,
        actual / nullif(target, 0) as attainment,
        expected_working_days,
        expected_calendar_days,
        pace,
        pace_calendar_days,
        case when is_rate then actual else actual / nullif(elapsed_share, 0) end as forecast,
        case
            when actual >= target and (is_over or not is_rate) then 'achieved'
            when is_over and actual < target then 'missed'
            when round(pace, 6) >= 1 then 'on_track'
            when round(pace, 6) >= 0.8 then 'at_risk'
            when pace is not null then 'behind'
        end as status
    from paced
)

select * from final
