-- Merge pointers of records on or before a merge cycle: a record on a cycle stays itself, a chain that leads into a cycle
-- ends at the first record of it. Grain: one row per record whose merges never come to rest.
{{ config(materialized='iterative', slice_by='node', step='follow_merges') }}

with restless as (
    select
        node,
        direct_target,
        target
    from {{ ref('int_identity__merge_pointers') }}
    where not is_at_rest
),

cycles as (
    select distinct target as node
    from restless
),

final as (
    select
        restless.node,
        restless.direct_target,
        case when cycles.node is null then restless.direct_target else restless.node end as target,
        cycles.node is not null or next_cycles.node is not null as is_at_rest
    from restless
    left join cycles on restless.node = cycles.node
    left join cycles as next_cycles on restless.direct_target = next_cycles.node
)

select * from final
