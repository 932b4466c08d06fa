-- Marketing touches with the person and channel of each. Grain: one row per touch.
{{ config(materialized='sliced', stored='view', slice_by='touch_id') }}

with final as (
    select
        touch_id,
        person_id,
        occurred_at,
        channel,
        source_confidence,
        campaign_id,
        touch_type
    from {{ ref('int_channels__touches') }}
)

select * from final
