-- Where each journey came from: the channel of the person's first touch at or before lead_at and of the last such; without
-- any, both from the lead source of the journey's lead or the person's next record that has one. Grain: one row per journey.
{{ config(materialized='sliced', slice_by='journey_id', slice_scope='events') }}

with journeys as (
    select
        journey_id,
        person_id,
        lead_id,
        lead_at
    from {{ ref('int_stages__journeys') }}
),

-- The touch as a whole: its campaign may be null, which min_by alone would pass over.
by_touch as (
    select
        journeys.journey_id,
        min_by(
            {{ record(['touches.channel', 'touches.source_confidence', 'touches.campaign_id']) }},
            {{ record(['touches.occurred_at', 'touches.touch_id']) }}
        ) as first_touch,
        max_by(touches.channel, {{ record(['touches.occurred_at', 'touches.touch_id']) }}) as lead_channel
    from journeys
    inner join {{ ref('int_channels__touches') }} as touches
        on journeys.person_id = touches.person_id
        and touches.occurred_at <= journeys.lead_at
    group by journeys.journey_id
),

by_source as (
    select
        journey_id,
        channel,
        confidence
    from (
        select
            journeys.journey_id,
            lead_sources.channel,
            lead_sources.confidence,
            row_number() over (
                partition by journeys.journey_id
                order by case when records.kind = 'lead' and records.record_id = journeys.lead_id then 0 else 1 end, records.speaking_order
            ) as choice
        from journeys
        inner join {{ ref('int_identity__person_records') }} as records on journeys.person_id = records.person_id
        inner join {{ ref('int_channels__lead_sources') }} as lead_sources
            on {{ plain_text('records.lead_source') }} = lead_sources.lead_source
    ) as sources
    where choice = 1
),

final as (
    select
        journeys.journey_id,
        coalesce(by_touch.first_touch.channel, by_source.channel, 'unknown') as original_channel,
        coalesce(by_touch.lead_channel, by_source.channel, 'unknown') as lead_channel,
        coalesce(by_touch.first_touch.source_confidence, by_source.confidence, 'inferred') as source_confidence,
        by_touch.first_touch.campaign_id as campaign_id
    from journeys
    left join by_touch on journeys.journey_id = by_touch.journey_id
    left join by_source on journeys.journey_id = by_source.journey_id
)

select * from final
