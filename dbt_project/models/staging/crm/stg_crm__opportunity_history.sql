-- State of a deal after a change. Grain: one row per history_id that exists at as_of, in its newest version.

with newest as (
    {{ newest_version(source('landing', 'crm_opportunity_history'), ['history_id'], event_column='changed_at') }}
),

final as (
    select
        -- ids
        history_id,
        opportunity_id,
        -- text
        stage,
        _source_system as source_system,
        -- numbers
        amount,
        -- times
        close_date,
        changed_at
    from newest
)

select * from final
