-- Live deals with their amount in the reporting currency and how they are linked to persons. Grain: one row per live opportunity.

with links as (
    select
        opportunity_id,
        min(link_rule) as link_rule
    from {{ ref('int_revenue__deal_people') }}
    group by opportunity_id
),

final as (
    select
        deals.opportunity_id,
        deals.account_id,
        deals.owner_user_id,
        deals.opportunity_type,
        deals.is_new_business,
        deals.stage,
        cast(deals.amount as decimal(18, 4)) as amount,
        deals.currency,
        deals.amount_reporting,
        deals.created_at,
        deals.close_date,
        deals.closed_at,
        deals.is_won,
        deals.is_closed,
        coalesce(links.link_rule, 'unlinked') as link_rule,
        deals.loss_reason
    from {{ ref('int_revenue__opportunities') }} as deals
    left join links on deals.opportunity_id = links.opportunity_id
)

select * from final
