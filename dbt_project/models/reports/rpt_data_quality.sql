-- What is wrong with the data, where, and how much of it? Verdicts of gate 1 and defects found while people, stages, deals and
-- channels were resolved. `not_applicable` marks a table without rows. Grain: one row per check, table and subject.

with landed as (
    select
        table_name,
        staged_rows
    from {{ ref('int_ledger__table_rows') }}
),

gate_verdicts as (
    select
        concat('gate_1_', rule) as check_name,
        table_name,
        coalesce(column_name, '') as subject,
        severity,
        cast(sum(failed_rows) as bigint) as failed_rows
    from {{ source('landing', 'verdict') }}
    group by rule, table_name, column_name, severity
),

record_tables as (
    select
        survivors.node,
        survivors.merge_defect,
        case records.kind when 'contact' then 'marketing_contact' when 'lead' then 'crm_lead' else 'crm_contact' end as table_name
    from {{ ref('int_identity__survivors') }} as survivors
    inner join {{ ref('int_identity__records') }} as records on survivors.node = records.node
),

merge_defects as (
    select
        defects.check_name,
        tables.table_name,
        '' as subject,
        'warning' as severity,
        cast(count(record_tables.node) as bigint) as failed_rows
    from (
        select 'merge_cycle' as check_name
        union all
        select 'missing_survivor' as check_name
    ) as defects
    cross join (
        select table_name from landed
        where table_name in ('marketing_contact', 'crm_lead', 'crm_contact')
    ) as tables
    left join record_tables
        on defects.check_name = record_tables.merge_defect
        and tables.table_name = record_tables.table_name
    group by defects.check_name, tables.table_name
),

undated_closings as (
    select
        'closed_without_date' as check_name,
        'crm_opportunity' as table_name,
        '' as subject,
        'warning' as severity,
        cast(count(case when is_closing_undated then 1 end) as bigint) as failed_rows
    from {{ ref('int_revenue__opportunities') }}
),

missing_rates as (
    select
        'missing_exchange_rate' as check_name,
        table_name,
        concat(currency, ' on ', cast(rate_day as string)) as subject,
        'critical' as severity,
        cast(count(*) as bigint) as failed_rows
    from (
        select 'crm_opportunity' as table_name, currency, rate_day from {{ ref('int_revenue__opportunities') }}
        where is_rate_missing
        union all
        -- Nobody asks what a deleted or merged lead was worth.
        select
            'crm_lead' as table_name,
            lead_values.currency,
            lead_values.rate_day
        from {{ ref('int_revenue__lead_values') }} as lead_values
        inner join {{ ref('int_identity__person_records') }} as records
            on lead_values.lead_id = records.record_id
            and records.kind = 'lead'
        where lead_values.is_rate_missing
        union all
        select 'ad_spend' as table_name, currency, spend_date as rate_day from {{ ref('int_channels__spend') }}
        where is_rate_missing
    ) as unconverted
    group by table_name, currency, rate_day
),

unmapped_statuses as (
    select
        'unmapped_status' as check_name,
        'crm_lead_history' as table_name,
        trim(history.new_value) as subject,
        'warning' as severity,
        cast(count(*) as bigint) as failed_rows
    from {{ ref('stg_crm__lead_history') }} as history
    left join {{ ref('int_stages__stage_words') }} as words
        on words.object = 'lead'
        and {{ plain_text('history.new_value') }} = words.value
        and words.source_system in ('*', {{ plain_text('history.source_system') }})
    where history.field = 'status' and {{ plain_text('history.new_value') }} is not null and words.value is null
    group by trim(history.new_value)
),

unknown_channels as (
    select
        'unknown_channel' as check_name,
        'marketing_touch' as table_name,
        '' as subject,
        'warning' as severity,
        cast(count(case when channel = 'unknown' then 1 end) as bigint) as failed_rows
    from {{ ref('int_channels__touches') }}
),

out_of_order as (
    select
        'stages_out_of_order' as check_name,
        'crm_lead' as table_name,
        '' as subject,
        'warning' as severity,
        cast(count(case when is_out_of_order then 1 end) as bigint) as failed_rows
    from {{ ref('fct_lead_to_deal') }}
),

calendars as (
    select
        {{ plain_text('calendar_id') }} as calendar_id,
        timezone
    from {{ ref('business_calendars') }}
),

uncovered_clocks as (
    select
        events.calendar_id,
        calendars.timezone,
        cast({{ utc_to_local('events.started_at', 'calendars.timezone') }} as date) as started_on
    from {{ ref('fct_sla_event') }} as events
    left join calendars on {{ plain_text('events.calendar_id') }} = calendars.calendar_id
    -- Nothing but business time is null where a clock ran.
    where events.exclusion_reason = 'outside_calendar'
        or (events.elapsed_minutes is not null and events.elapsed_business_minutes is null)
),

covered_runs as (
    select
        calendar_id,
        coverage_run,
        min(local_date) as first_date,
        max(local_date) as last_date
    from {{ ref('int_time__calendar_dates') }}
    group by calendar_id, coverage_run
),

outside_calendars as (
    select
        'clock_outside_calendar' as check_name,
        'crm_lead' as table_name,
        case
            when clocks.calendar_id is null then 'no calendar: no policy, owner or default names one'
            when clocks.timezone is null then concat('unknown calendar ', clocks.calendar_id)
            else concat(
                'calendar ', clocks.calendar_id, ' on ',
                cast(min(cast(coalesce(runs.last_date + interval 1 day, clocks.started_on) as date)) as string)
            )
        end as subject,
        'critical' as severity,
        cast(count(*) as bigint) as failed_rows
    from uncovered_clocks as clocks
    left join covered_runs as runs
        on {{ plain_text('clocks.calendar_id') }} = runs.calendar_id
        and runs.first_date <= clocks.started_on
        and clocks.started_on <= runs.last_date
    group by clocks.calendar_id, clocks.timezone
),

checks as (
    select * from gate_verdicts
    union all
    select * from merge_defects
    union all
    select * from undated_closings
    union all
    select * from missing_rates
    union all
    select * from unmapped_statuses
    union all
    select * from unknown_channels
    union all
    select * from out_of_order
    union all
    select * from outside_calendars
),

final as (
    select
        checks.check_name,
        checks.table_name,
        checks.subject,
        checks.severity,
        case
            when checks.failed_rows > 0 then 'fail'
            when landed.staged_rows = 0 then 'not_applicable'
            else 'pass'
        end as status,
        checks.failed_rows
    from checks
    left join landed on checks.table_name = landed.table_name
)

select * from final
