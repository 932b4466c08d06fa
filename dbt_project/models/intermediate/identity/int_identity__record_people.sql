-- The person that anything pointing at a record belongs to: a merged record stands for its survivor, a deleted one for
-- nobody. Grain: one row per record that leads to a person.
{{ config(materialized='sliced', slice_by='node', unpacked=['node', 'record_id', 'survivor_node', 'survivor_id', 'person_id']) }}

with final as (
    select
        records.node,
        records.kind,
        records.record_id,
        survivors.survivor_node,
        people.record_id as survivor_id,
        people.person_id
    from {{ ref('int_identity__records') }} as records
    inner join {{ ref('int_identity__survivors') }} as survivors on records.node = survivors.node
    inner join {{ ref('int_identity__person_records') }} as people on survivors.survivor_node = people.node
)

select * from final
