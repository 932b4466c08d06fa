-- Live deals with their closing as of as_of and their amount in the reporting currency, at the rate of the closing day or,
-- while open, of the day they were created. Grain: one row per live deal.
{{ config(materialized='sliced', slice_by='opportunity_id') }}

with stage_words as (
    select
        source_system,
        value,
        stage
    from {{ ref('int_stages__stage_words') }}
    where object = 'opportunity'
),

deals as (
    select
        opportunities.opportunity_id,
        opportunities.lead_id,
        opportunities.account_id,
        opportunities.primary_crm_contact_id,
        opportunities.owner_user_id,
        opportunities.amount,
        opportunities.currency,
        opportunities.stage,
        opportunities.opportunity_type,
        opportunities.loss_reason,
        opportunities.campaign_id,
        opportunities.created_at,
        opportunities.close_date,
        case
            when opportunities.is_won then 'customer'
            when opportunities.is_closed then 'closed_lost'
            when opportunities.is_won is null and opportunities.is_closed is null then coalesce(own_words.stage, any_words.stage)
        end as closing_stage,
        case
            when opportunities.closed_at is not null then opportunities.closed_at
            when {{ local_day('opportunities.created_at') }} = opportunities.close_date
                then greatest(days.starts_at, opportunities.created_at)
            else days.starts_at
        end as closing_at,
        opportunities.closed_at is null and opportunities.close_date is null as is_undated
    from {{ ref('stg_crm__opportunities') }} as opportunities
    left join stage_words as own_words
        on {{ plain_text('opportunities.stage') }} = own_words.value
        and {{ plain_text('opportunities.source_system') }} = own_words.source_system
    left join stage_words as any_words
        on {{ plain_text('opportunities.stage') }} = any_words.value
        and any_words.source_system = '*'
    left join {{ ref('int_time__days') }} as days on opportunities.close_date = days.local_day
    where not opportunities.is_deleted
),

closed as (
    select
        *,
        case
            when closing_stage in ('customer', 'closed_lost') and closing_at <= {{ as_of() }} then closing_at
        end as closed_at,
        coalesce(closing_stage in ('customer', 'closed_lost'), false) and is_undated as is_closing_undated
    from deals
),

dated as (
    select
        *,
        {{ local_day('coalesce(closed_at, created_at)') }} as rate_day
    from closed
),

final as (
    select
        dated.opportunity_id,
        dated.lead_id,
        dated.account_id,
        dated.primary_crm_contact_id,
        dated.owner_user_id,
        dated.campaign_id,
        dated.stage,
        dated.opportunity_type,
        coalesce({{ plain_text('dated.opportunity_type') }} not in ('renewal', 'expansion'), true) as is_new_business,
        dated.loss_reason,
        dated.amount,
        dated.currency,
        {{ convert_money('dated.amount', 'rates.rate_to_reporting') }} as amount_reporting,
        dated.rate_day,
        dated.amount is not null and rates.currency is null as is_rate_missing,
        dated.created_at,
        dated.close_date,
        dated.closed_at,
        dated.closed_at is not null as is_closed,
        dated.closed_at is not null and dated.closing_stage = 'customer' as is_won,
        case when dated.closed_at is not null then dated.closing_stage end as closing_stage,
        dated.is_closing_undated
    from dated
    left join {{ ref('int_revenue__exchange_rates') }} as rates
        on dated.currency = rates.currency
        and rates.valid_from <= dated.rate_day
        and dated.rate_day < coalesce(rates.valid_before, date '9999-12-31')
)

select * from final
