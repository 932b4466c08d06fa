-- What became of each record: itself, merged into the end of its survivor chain, or deleted. Merged beats deleted on the
-- loser; a loser whose survivor is deleted leaves with it. Grain: one row per record.
{{ config(materialized='sliced', slice_by='node', unpacked=['node', 'survivor_node']) }}

with records as (
    select
        node,
        merged_into_node,
        is_deleted
    from {{ ref('int_identity__records') }}
),

pointers as (
    select
        node,
        target
    from {{ ref('int_identity__merge_pointers') }}
    where is_at_rest

    union all

    select
        node,
        target
    from {{ ref('int_identity__cycle_pointers') }}
),

resolved as (
    select
        records.node,
        records.is_deleted,
        coalesce(pointers.target, records.node) as survivor_node,
        case
            when records.merged_into_node is null then null
            when direct_survivors.node is null then 'missing_survivor'
            when pointers.target = records.node then 'merge_cycle'
        end as merge_defect
    from records
    left join records as direct_survivors on records.merged_into_node = direct_survivors.node
    left join pointers on records.node = pointers.node
),

final as (
    select
        resolved.node,
        resolved.survivor_node,
        resolved.merge_defect,
        not survivors.is_deleted as is_live,
        case
            when resolved.survivor_node <> resolved.node then 'merged'
            when resolved.is_deleted then 'deleted'
        end as excluded_as
    from resolved
    inner join records as survivors on resolved.survivor_node = survivors.node
)

select * from final
