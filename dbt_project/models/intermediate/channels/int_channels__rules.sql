-- Channel rules ready to compare, with the confidence each implies: the first pattern present says how the channel is known.
-- Grain: one row per rule.

with final as (
    select
        cast(priority as bigint) as priority,
        {{ plain_text('utm_source') }} as utm_source,
        {{ plain_text('utm_medium') }} as utm_medium,
        {{ plain_text('referrer') }} as referrer,
        {{ plain_text('click_id') }} as click_id,
        {{ plain_text('lead_source') }} as lead_source,
        {{ plain_text('channel') }} as channel,
        coalesce(
            {{ plain_text('confidence') }},
            case
                when {{ plain_text('click_id') }} is not null then 'click_id'
                when {{ plain_text('utm_source') }} is not null or {{ plain_text('utm_medium') }} is not null then 'utm'
                when {{ plain_text('lead_source') }} is not null then 'declared'
                else 'inferred'
            end
        ) as confidence
    from {{ ref('channel_rules') }}
)

select * from final
