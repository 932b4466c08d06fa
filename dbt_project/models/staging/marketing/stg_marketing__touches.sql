-- Marketing interaction of a known or anonymous person. Grain: one row per touch_id that exists at as_of, in its newest version.
{{ config(materialized='sliced', slice_by='touch_id') }}

with newest as (
    {{ newest_version(source('landing', 'marketing_touch'), ['touch_id'], event_column='occurred_at') }}
),

final as (
    select
        -- ids
        touch_id,
        contact_id,
        anonymous_id,
        campaign_id,
        -- text
        {{ valid_email('email') }} as email,
        touch_type,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_content,
        utm_term,
        click_id,
        referrer_url,
        landing_page_url,
        {{ plain_text('channel') }} as channel,
        _source_system as source_system,
        -- times
        occurred_at
    from newest
)

select * from final
