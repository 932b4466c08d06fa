-- Won deals, repeats included, with the customer each was won from: the deal's account, else that of its first linked journey,
-- else that journey's person, else the deal itself. Grain: one row per won deal.
{{ config(materialized='sliced', slice_by='opportunity_id') }}

with won as (
    select
        opportunity_id,
        account_id,
        amount_reporting,
        closed_at
    from {{ ref('int_revenue__opportunities') }}
    where is_won
),

links as (
    select
        deals.opportunity_id,
        deals.journey_id,
        deals.person_id,
        row_number() over (
            partition by deals.opportunity_id order by journeys.lead_at, deals.journey_id
        ) as link_rank
    from {{ ref('int_revenue__journey_deals') }} as deals
    inner join {{ ref('int_stages__journeys') }} as journeys on deals.journey_id = journeys.journey_id
    where deals.is_won
),

linked as (
    select
        opportunity_id,
        journey_id,
        person_id
    from links
    where link_rank = 1
),

final as (
    select
        won.opportunity_id,
        case
            when won.account_id is not null then concat('account:', won.account_id)
            when person_accounts.account_id is not null then concat('account:', person_accounts.account_id)
            when linked.person_id is not null then concat('person:', linked.person_id)
            else concat('deal:', won.opportunity_id)
        end as customer_id,
        linked.journey_id,
        won.amount_reporting,
        won.closed_at,
        coalesce(contracts.contract_start_date, {{ local_day('won.closed_at') }}) as first_day,
        coalesce(contracts.contract_end_date, date '9999-12-31') as last_day
    from won
    inner join {{ ref('stg_crm__opportunities') }} as contracts on won.opportunity_id = contracts.opportunity_id
    left join linked on won.opportunity_id = linked.opportunity_id
    left join {{ ref('int_identity__person_accounts') }} as person_accounts on linked.person_id = person_accounts.person_id
)

select * from final
