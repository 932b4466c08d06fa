-- Channel of every lead source that records name, by the rules that judge lead sources. Grain: one row per lead source.

with sources as (
    select distinct {{ plain_text('lead_source') }} as lead_source
    from {{ ref('int_identity__person_records') }}
    where {{ plain_text('lead_source') }} is not null
),

rules as (
    select
        priority,
        lead_source,
        channel,
        confidence
    from {{ ref('int_channels__rules') }}
    where lead_source is not null
        and utm_source is null and utm_medium is null and referrer is null and click_id is null
),

winners as (
    select
        sources.lead_source,
        min(rules.priority) as priority
    from sources
    left join rules on {{ satisfies('sources.lead_source', 'rules.lead_source') }}
    group by sources.lead_source
),

final as (
    select
        winners.lead_source,
        coalesce(rules.channel, 'unknown') as channel,
        coalesce(rules.confidence, 'inferred') as confidence
    from winners
    left join rules on winners.priority = rules.priority
)

select * from final
