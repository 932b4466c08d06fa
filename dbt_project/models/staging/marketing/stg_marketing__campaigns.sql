-- Marketing campaign. Grain: one row per campaign_id that exists at as_of, in its newest version.

with newest as (
    {{ newest_version(source('landing', 'campaign'), ['campaign_id']) }}
),

final as (
    select
        -- ids
        campaign_id,
        -- text
        name,
        {{ plain_text('channel') }} as channel,
        {{ currency_or_reporting('currency') }} as currency,
        _source_system as source_system,
        -- numbers
        budget,
        -- times
        start_date,
        end_date
    from newest
)

select * from final
