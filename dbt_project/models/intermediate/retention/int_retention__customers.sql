-- Customers with the month and the journey that won them. Grain: one row per customer.

with ranked as (
    select
        customer_id,
        journey_id,
        {{ local_month('closed_at') }} as acquisition_month,
        row_number() over (partition by customer_id order by closed_at, opportunity_id) as deal_rank
    from {{ ref('int_retention__won_deals') }}
),

final as (
    select
        ranked.customer_id,
        ranked.acquisition_month,
        ranked.journey_id,
        coalesce(channels.original_channel, 'unknown') as channel
    from ranked
    left join {{ ref('int_channels__journey_channels') }} as channels on ranked.journey_id = channels.journey_id
    where ranked.deal_rank = 1
)

select * from final
