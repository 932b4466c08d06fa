-- Events with the journey they belong to, kept or dropped. A closing belongs to the journey that holds its deal's creation.
-- Dropped are creations inside a running journey and status or rule events of the same stage as the kept event before them;
-- a dropped event stands for a stage already kept, so comparing with the event before is enough. Grain: one row per event.
{{ config(materialized='sliced', slice_by='person_id') }}

with cuts as (
    select
        person_id,
        cycle_number,
        md5(concat(person_id, ':', cast(cycle_number as string))) as journey_id,
        start_position,
        end_position,
        lead(start_position) over (partition by person_id order by cycle_number) as next_start_position
    from {{ ref('int_stages__journey_cuts') }}
),

placed as (
    select
        timeline.*,
        cuts.cycle_number,
        cuts.journey_id,
        timeline.position = cuts.start_position as is_first,
        coalesce(timeline.position = cuts.end_position, false) as is_end,
        timeline.source = 'record' and timeline.position <> cuts.start_position as is_repeated_creation
    from {{ ref('int_stages__timeline') }} as timeline
    inner join cuts
        on timeline.person_id = cuts.person_id
        and cuts.start_position <= coalesce(timeline.deal_created_position, timeline.position)
        and (cuts.next_start_position is null or coalesce(timeline.deal_created_position, timeline.position) < cuts.next_start_position)
),

compared as (
    select
        *,
        lag(stage) over (partition by journey_id, is_repeated_creation order by position) as former_stage
    from placed
),

final as (
    select
        person_id,
        journey_id,
        cycle_number,
        position,
        cut_at,
        entered_at,
        stage,
        stage_position,
        source,
        lead_id,
        opportunity_id,
        is_inferred,
        is_first,
        is_end,
        case
            when source = 'record' then is_first
            when source = 'deal' then true
            else former_stage is null or stage <> former_stage
        end as is_kept
    from compared
)

select * from final
