-- Channel of every combination of signals that touches and visits carry, by the rules: lowest priority whose patterns all
-- match, `unknown` where none does. A rule is tried once per combination, not once per touch. Grain: one row per combination.

with combinations as (
    select distinct
        {{ plain_text('utm_source') }} as utm_source,
        {{ plain_text('utm_medium') }} as utm_medium,
        {{ plain_text('referrer_url') }} as referrer,
        {{ plain_text('click_id') }} as click_id
    from {{ ref('stg_marketing__touches') }}
    where channel is null
),

rules as (
    select
        priority,
        utm_source,
        utm_medium,
        referrer,
        click_id,
        channel,
        confidence
    from {{ ref('int_channels__rules') }}
    where lead_source is null
),

winners as (
    select
        combinations.utm_source,
        combinations.utm_medium,
        combinations.referrer,
        combinations.click_id,
        min(rules.priority) as priority
    from combinations
    left join rules
        on {{ satisfies('combinations.utm_source', 'rules.utm_source') }}
        and {{ satisfies('combinations.utm_medium', 'rules.utm_medium') }}
        and {{ satisfies('combinations.referrer', 'rules.referrer') }}
        and {{ satisfies('combinations.click_id', 'rules.click_id') }}
    group by combinations.utm_source, combinations.utm_medium, combinations.referrer, combinations.click_id
),

final as (
    select
        winners.utm_source,
        winners.utm_medium,
        winners.referrer,
        winners.click_id,
        coalesce(rules.channel, 'unknown') as channel,
        coalesce(rules.confidence, 'inferred') as confidence
    from winners
    left join rules on winners.priority = rules.priority
)

select * from final
