-- Do the books balance? Every landed row, every record, every won amount and every touch is accounted for, or nothing is
-- published. Grain: one row per identity and subject.

with loads as (
    select
        table_name,
        sum(landed_rows) as landed_rows,
        sum(quarantined_rows) as quarantined_rows
    from {{ source('landing', 'load') }}
    group by table_name
),

rows_accounted as (
    select
        'landed = staged + superseded + quarantined + future' as identity,
        table_rows.table_name as subject,
        cast(coalesce(loads.landed_rows, 0) as decimal(28, 2)) as left_side,
        cast(
            table_rows.staged_rows + table_rows.superseded_rows + table_rows.future_rows + coalesce(loads.quarantined_rows, 0)
            as decimal(28, 2)
        ) as right_side
    from {{ ref('int_ledger__table_rows') }} as table_rows
    left join loads on table_rows.table_name = loads.table_name
),

records_accounted as (
    select
        'staged records = in a journey + merged + deleted + without event' as identity,
        staged.kind as subject,
        cast(staged.staged_rows as decimal(28, 2)) as left_side,
        cast(coalesce(sum(records.records), 0) as decimal(28, 2)) as right_side
    from (
        select
            case table_name
                when 'marketing_contact' then 'contact' when 'crm_lead' then 'lead' else 'crm_contact'
            end as kind,
            staged_rows
        from {{ ref('int_ledger__table_rows') }}
        where table_name in ('marketing_contact', 'crm_lead', 'crm_contact')
    ) as staged
    left join {{ ref('int_ledger__records') }} as records
        on staged.kind = records.kind
        and records.fate <> 'lost'
    group by staged.kind, staged.staged_rows
),

won_accounted as (
    select
        'won amount = bridged + unlinked' as identity,
        'all deals' as subject,
        cast(coalesce((
            select sum(amount_reporting) from {{ ref('fct_opportunity') }}
            where is_won
        ), 0) as decimal(28, 2)) as left_side,
        cast(coalesce((
            select sum(bridge.amount_reporting)
            from {{ ref('bridge_journey_opportunity') }} as bridge
            inner join {{ ref('fct_lead_to_deal') }} as journeys on bridge.journey_id = journeys.journey_id
            inner join {{ ref('fct_opportunity') }} as deals on bridge.opportunity_id = deals.opportunity_id
            where deals.is_won
        ), 0) + coalesce((
            select sum(amount_reporting) from {{ ref('fct_opportunity') }}
            where is_won and link_rule = 'unlinked'
        ), 0) as decimal(28, 2)) as right_side
),

journeys_won as (
    select
        'bridged won amount = lifetime won amount of journeys' as identity,
        'all journeys' as subject,
        cast(coalesce((
            select sum(bridge.amount_reporting)
            from {{ ref('bridge_journey_opportunity') }} as bridge
            inner join {{ ref('fct_opportunity') }} as deals on bridge.opportunity_id = deals.opportunity_id
            where deals.is_won
        ), 0) as decimal(28, 2)) as left_side,
        cast(coalesce((
            select sum(lifetime_won_amount) from {{ ref('fct_lead_to_deal') }}
        ), 0) as decimal(28, 2)) as right_side
),

touches_accounted as (
    select
        'touches = of people + anonymous' as identity,
        'marketing_touch' as subject,
        cast((
            select staged_rows from {{ ref('int_ledger__table_rows') }}
            where table_name = 'marketing_touch'
        ) as decimal(28, 2)) as left_side,
        cast((
            select count(*) from {{ ref('fct_touch') }}
            where person_id is not null
        ) + (
            select count(*) from {{ ref('fct_touch') }}
            where person_id is null
        ) as decimal(28, 2)) as right_side
),

identities as (
    select * from rows_accounted
    union all
    select * from records_accounted
    union all
    select * from won_accounted
    union all
    select * from journeys_won
    union all
    select * from touches_accounted
),

final as (
    select
        identity,
        subject,
        left_side,
        right_side,
        cast(left_side - right_side as decimal(28, 2)) as difference,
        case when left_side = right_side then 'balanced' else 'broken' end as verdict
    from identities
)

select * from final
