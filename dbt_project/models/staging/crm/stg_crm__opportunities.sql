-- CRM opportunity: the deal. Grain: one row per opportunity_id that exists at as_of, in its newest version.
{{ config(materialized='sliced', slice_by='opportunity_id') }}

with newest as (
    {{ newest_version(source('landing', 'crm_opportunity'), ['opportunity_id'], event_column='created_at') }}
),

final as (
    select
        -- ids
        opportunity_id,
        lead_id,
        account_id,
        primary_crm_contact_id,
        owner_user_id,
        campaign_id,
        -- text
        name,
        {{ currency_or_reporting('currency') }} as currency,
        stage,
        opportunity_type,
        loss_reason,
        _source_system as source_system,
        -- numbers
        amount,
        -- booleans
        is_closed,
        is_won,
        coalesce(is_deleted, false) as is_deleted,
        -- times
        created_at,
        close_date,
        closed_at,
        contract_start_date,
        contract_end_date
    from newest
)

select * from final
