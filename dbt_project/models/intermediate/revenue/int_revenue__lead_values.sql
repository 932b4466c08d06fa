-- Potential value of each lead in the reporting currency, at the rate of the day it was created. Null while the lead names no
-- value. Grain: one row per lead.
{{ config(materialized='sliced', slice_by='lead_id') }}

with leads as (
    select
        lead_id,
        potential_value,
        {{ currency_or_reporting('currency') }} as currency,
        {{ local_day('created_at') }} as rate_day
    from {{ ref('stg_crm__leads') }}
),

final as (
    select
        leads.lead_id,
        leads.currency,
        leads.rate_day,
        {{ convert_money('leads.potential_value', 'rates.rate_to_reporting') }} as potential_value,
        leads.potential_value is not null and rates.currency is null as is_rate_missing
    from leads
    left join {{ ref('int_revenue__exchange_rates') }} as rates
        on leads.currency = rates.currency
        and rates.valid_from <= leads.rate_day
        and leads.rate_day < coalesce(rates.valid_before, date '9999-12-31')
)

select * from final
