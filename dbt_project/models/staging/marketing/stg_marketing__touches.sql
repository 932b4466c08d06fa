-- Marketing interaction of a known or anonymous person. What no model reads of the longest table stays in the landing: writing
-- a column costs more than all else here. Grain: one row per touch_id that exists at as_of, in its newest version.
{{ config(materialized='sliced', slice_by='touch_id', unpacked=['touch_id', 'contact_id', 'anonymous_id', 'email', 'click_id']) }}

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
        click_id,
        referrer_url,
        {{ plain_text('channel') }} as channel,
        -- times
        occurred_at
    from newest
)

select * from final
