-- Do the books balance? Every landed row, every record, every won amount, every touch, every conversion and all spend is
-- accounted for, or nothing is published. Grain: one row per identity and subject.

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

new_business as (
    select
        bridge.journey_id,
        deals.opportunity_id,
        bridge.amount_reporting,
        deals.is_won
    from {{ ref('bridge_journey_opportunity') }} as bridge
    inner join {{ ref('fct_opportunity') }} as deals on bridge.opportunity_id = deals.opportunity_id
    where not bridge.is_repeat

    union all

    select
        cast(null as string) as journey_id,
        opportunity_id,
        amount_reporting,
        is_won
    from {{ ref('fct_opportunity') }}
    where link_rule = 'unlinked' and is_new_business
),

won_attributed as (
    select
        'new-business won amount = attributed + unattributed' as identity,
        models.model as subject,
        cast(coalesce((
            select sum(amount_reporting) from new_business
            where is_won
        ), 0) as decimal(28, 2)) as left_side,
        cast(coalesce(sum(credits.attributed_amount), 0) as decimal(28, 2)) as right_side
    from (
        {% for model in touch_models() + ['markov', 'shapley'] -%}
        select '{{ model }}' as model
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as models
    left join (
        select model, attributed_amount from {{ ref('rpt_channel_attribution') }}
        where conversion = 'won'
    ) as credits on models.model = credits.model
    group by models.model
),

conversion_units as (
    select 'lead' as conversion, count(*) as units from {{ ref('fct_lead_to_deal') }}
    union all
    select 'mql' as conversion, count(mql_at) as units from {{ ref('fct_lead_to_deal') }}
    union all
    select 'opportunity' as conversion, count(*) as units from new_business
    union all
    select 'won' as conversion, count(case when is_won then 1 end) as units from new_business
),

path_weights as (
    select
        conversion,
        {% for model in touch_models() -%}
        sum({{ model }}_weight) as {{ model }}_weight{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('fct_attribution_path') }}
    group by conversion
),

weights_accounted as (
    {% for model in touch_models() -%}
    select
        'conversion units = weights' as identity,
        concat(conversion_units.conversion, ' by {{ model }}') as subject,
        cast(conversion_units.units as decimal(28, 2)) as left_side,
        cast(coalesce(path_weights.{{ model }}_weight, 0) as decimal(28, 2)) as right_side
    from conversion_units
    left join path_weights on conversion_units.conversion = path_weights.conversion
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

spend_staged as (
    select sum({{ convert_money('spend.spend', 'rates.rate_to_reporting') }}) as spend
    from {{ ref('stg_marketing__ad_spend') }} as spend
    inner join {{ ref('int_revenue__exchange_rates') }} as rates
        on spend.currency = rates.currency
        and rates.valid_from <= spend.spend_date
        and spend.spend_date < coalesce(rates.valid_before, date '9999-12-31')
),

spend_accounted as (
    {% for report in ['rpt_channel_performance', 'rpt_campaign_performance'] -%}
    select
        'spend staged = spend reported' as identity,
        '{{ report }}' as subject,
        cast(coalesce((select spend from spend_staged), 0) as decimal(28, 2)) as left_side,
        cast(coalesce((select sum(spend) from {{ ref(report) }}), 0) as decimal(28, 2)) as right_side
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

commitments_judged as (
    select
        'MQL journeys x commitments with a policy = SLA events' as identity,
        'all commitments' as subject,
        cast((
            select count(*)
            from (select distinct journey_id, commitment from {{ ref('int_sla__matches') }}) as promised
            inner join {{ ref('fct_lead_to_deal') }} as journeys on promised.journey_id = journeys.journey_id
            where journeys.mql_at is not null
        ) as decimal(28, 2)) as left_side,
        cast((select count(*) from {{ ref('fct_sla_event') }}) as decimal(28, 2)) as right_side
),

events_distinct as (
    select
        'SLA events = distinct journeys and commitments' as identity,
        'all commitments' as subject,
        cast(count(*) as decimal(28, 2)) as left_side,
        cast(count(distinct concat(journey_id, ':', commitment)) as decimal(28, 2)) as right_side
    from {{ ref('fct_sla_event') }}
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
    union all
    select * from won_attributed
    union all
    select * from weights_accounted
    union all
    select * from spend_accounted
    union all
    select * from commitments_judged
    union all
    select * from events_distinct
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
