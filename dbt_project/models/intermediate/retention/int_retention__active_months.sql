-- Months that are over and at whose last day a contract of the customer ran, from its acquisition on. Grain: one row per customer
-- and month.

with covered as (
    select
        deals.customer_id,
        months.month,
        coalesce(sum(deals.amount_reporting), 0) as retained_revenue
    from {{ ref('int_retention__won_deals') }} as deals
    inner join {{ ref('int_retention__customers') }} as customers on deals.customer_id = customers.customer_id
    inner join {{ ref('int_retention__months') }} as months
        on deals.first_day <= months.last_day
        and months.last_day <= deals.last_day
        and customers.acquisition_month <= months.month
    where months.is_over
    group by deals.customer_id, months.month
),

final as (
    select
        covered.customer_id,
        covered.month,
        cast(covered.retained_revenue as decimal(18, 2)) as retained_revenue,
        case when next_months.is_over then following.customer_id is not null end as is_kept
    from covered
    inner join {{ ref('int_retention__months') }} as next_months
        on cast(covered.month + interval 1 month as date) = next_months.month
    left join covered as following
        on covered.customer_id = following.customer_id
        and cast(covered.month + interval 1 month as date) = following.month
)

select * from final
