-- What is open, expected when, in whose hands, and how far does it cover what the target still asks of the month? Coverage is
-- the row's part of it: rows of a month add up to the month's. Grain: one row per month of expected close, owner and stage.

with open_deals as (
    select
        cast(date_trunc('month', close_date) as date) as close_month,
        owner_user_id,
        stage,
        count(*) as open_deals,
        sum(amount_reporting) as amount_reporting
    from {{ ref('fct_opportunity') }}
    where not is_closed and is_new_business
    group by 1, 2, 3
),

targets as (
    select
        cast(date_trunc('month', cast(month as date)) as date) as target_month,
        sum(cast(target as double)) as target
    from {{ ref('targets') }}
    where {{ plain_text('metric') }} = 'won_amount' and {{ plain_text('channel') }} = 'all'
    group by 1
),

won_amounts as (
    select
        {{ local_month('closed_at') }} as won_month,
        amount_reporting
    from {{ ref('int_revenue__journey_deals') }}
    where is_won and not is_repeat

    union all

    select
        {{ local_month('closed_at') }} as won_month,
        amount_reporting
    from {{ ref('fct_opportunity') }}
    where is_won
        and link_rule = 'unlinked'
        and is_new_business
),

won as (
    select
        won_month,
        sum(amount_reporting) as won_amount
    from won_amounts
    group by won_month
),

final as (
    select
        open_deals.close_month,
        open_deals.owner_user_id,
        open_deals.stage,
        cast(open_deals.open_deals as bigint) as open_deals,
        cast(coalesce(open_deals.amount_reporting, 0) as decimal(18, 2)) as amount_reporting,
        cast(coalesce(open_deals.amount_reporting, 0) as double)
        / nullif(targets.target - coalesce(cast(won.won_amount as double), 0), 0) as coverage
    from open_deals
    left join targets on open_deals.close_month = targets.target_month
    left join won on open_deals.close_month = won.won_month
)

select * from final
