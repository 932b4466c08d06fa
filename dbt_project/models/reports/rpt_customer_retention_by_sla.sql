-- Do customers stay longer who were answered in time at the start? Grain: one row per acquisition month, channel, verdict on the
-- first response and month since.

with first_responses as (
    select
        journey_id,
        status
    from {{ ref('fct_sla_event') }}
    where commitment = 'first_response'
),

customers as (
    select
        customers.customer_id,
        customers.acquisition_month,
        customers.channel,
        case when first_responses.status in ('met', 'breached') then first_responses.status else 'other' end as first_response
    from {{ ref('int_retention__customers') }} as customers
    left join first_responses on customers.journey_id = first_responses.journey_id
),

followed_customers as (
    {{ customer_retention('customers', ['channel', 'first_response']) }}
),

final as (
    select
        acquisition_month,
        channel,
        first_response,
        months_since,
        customers,
        active,
        retained_revenue,
        retention_rate,
        is_censored
    from followed_customers
)

select * from final
