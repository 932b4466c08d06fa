-- Which signals do the channel rules say nothing of, and how much hangs on each? Touches, visits and lead sources that the rules
-- leave unknown, and spend that neither declares a channel nor belongs to a campaign that does. A declared channel, `unknown`
-- included, is not the rules' business. Only a referrer's host and a click id's name are kept, and nothing that holds an @: a signal should not say who somebody is. Grain: one row per
-- kind and combination of signals.

with touches as (
    select
        touch_id,
        {{ plain_text('utm_source') }} as utm_source,
        {{ plain_text('utm_medium') }} as utm_medium,
        {{ plain_text('referrer_url') }} as referrer,
        {{ plain_text('click_id') }} as click_id,
        {{ local_day('occurred_at') }} as seen_on
    from {{ ref('stg_marketing__touches') }}
    where channel is null
),

unmatched as (
    select
        'touch' as kind,
        touches.utm_source,
        touches.utm_medium,
        touches.referrer,
        touches.click_id,
        cast(null as string) as lead_source,
        cast(null as string) as platform,
        1 as occurrences,
        cast(null as decimal(18, 2)) as spend,
        touches.seen_on
    from touches
    inner join {{ ref('int_channels__touches') }} as judged on touches.touch_id = judged.touch_id
    where judged.channel = 'unknown'

    union all

    select
        'visit' as kind,
        {{ plain_text('utm_source') }} as utm_source,
        {{ plain_text('utm_medium') }} as utm_medium,
        cast(null as string) as referrer,
        cast(null as string) as click_id,
        cast(null as string) as lead_source,
        cast(null as string) as platform,
        visits as occurrences,
        cast(null as decimal(18, 2)) as spend,
        visit_date as seen_on
    from {{ ref('int_channels__visits') }}
    where channel = 'unknown' and not is_channel_declared

    union all

    select
        'record' as kind,
        cast(null as string) as utm_source,
        cast(null as string) as utm_medium,
        cast(null as string) as referrer,
        cast(null as string) as click_id,
        lead_sources.lead_source,
        cast(null as string) as platform,
        1 as occurrences,
        cast(null as decimal(18, 2)) as spend,
        {{ local_day('records.created_at') }} as seen_on
    from {{ ref('int_identity__person_records') }} as records
    inner join {{ ref('int_channels__lead_sources') }} as lead_sources
        on {{ plain_text('records.lead_source') }} = lead_sources.lead_source
    where lead_sources.channel = 'unknown'

    union all

    select
        'spend' as kind,
        cast(null as string) as utm_source,
        cast(null as string) as utm_medium,
        cast(null as string) as referrer,
        cast(null as string) as click_id,
        cast(null as string) as lead_source,
        {{ plain_text('platform') }} as platform,
        1 as occurrences,
        spend_reporting as spend,
        spend_date as seen_on
    from {{ ref('int_channels__spend') }}
    where not is_channel_declared
),

without_query as (
    select
        kind,
        utm_source,
        utm_medium,
        split_part(split_part(referrer, '?', 1), '#', 1) as address,
        click_id,
        lead_source,
        platform,
        occurrences,
        spend,
        seen_on
    from unmatched
),

-- The host stands first, or behind https:// or what else names a scheme; a click id reads name=value or name:value.
shortened as (
    select
        kind,
        utm_source,
        utm_medium,
        nullif(case when split_part(address, '/', 1) like '%:' then split_part(address, '/', 3) else split_part(address, '/', 1) end, '') as referrer_host,
        case when click_id like '%=%' or click_id like '%:%' then split_part(split_part(click_id, '=', 1), ':', 1) when click_id is not null then '(no name)' end as click_id_name,
        lead_source,
        platform,
        occurrences,
        spend,
        seen_on
    from without_query
),

named as (
    select
        kind,
        {% for signal in ['utm_source', 'utm_medium', 'referrer_host', 'click_id_name', 'lead_source', 'platform'] -%}
        case when {{ signal }} like '%@%' then '(withheld)' else {{ signal }} end as {{ signal }},
        {% endfor -%}
        occurrences,
        spend,
        seen_on
    from shortened
),

final as (
    select
        kind,
        utm_source,
        utm_medium,
        referrer_host,
        click_id_name,
        lead_source,
        platform,
        cast(sum(occurrences) as bigint) as occurrences,
        cast(sum(spend) as decimal(18, 2)) as spend,
        min(seen_on) as first_seen_on,
        max(seen_on) as last_seen_on
    from named
    group by kind, utm_source, utm_medium, referrer_host, click_id_name, lead_source, platform
)

select * from final
