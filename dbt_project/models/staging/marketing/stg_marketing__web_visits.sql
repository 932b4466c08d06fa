-- Web visits of a day by UTM values. Grain: one row per visit_date, utm_source, utm_medium, utm_campaign that exists at as_of, in its newest version.

with newest as (
    {{ newest_version(source('landing', 'web_visit_daily'), ['visit_date', 'utm_source', 'utm_medium', 'utm_campaign'], event_column='visit_date', event_is_day=true) }}
),

final as (
    select
        -- text
        utm_source,
        utm_medium,
        utm_campaign,
        {{ plain_text('channel') }} as channel,
        _source_system as source_system,
        -- numbers
        visits,
        visitors,
        -- times
        visit_date
    from newest
)

select * from final
