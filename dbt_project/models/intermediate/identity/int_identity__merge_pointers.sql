-- Where the merge pointers of losers lead. A pointer rests on the record that ends its chain; pointers that never rest
-- run into a cycle. Grain: one row per record that is merged or merged into.
{{ config(materialized='iterative', slice_by='node', step='follow_merges') }}

with records as (
    select
        node,
        merged_into_node
    from {{ ref('int_identity__records') }}
),

-- A pointer to a record that does not exist is no merge: the record stays itself.
losers as (
    select
        records.node,
        records.merged_into_node as direct_target
    from records
    inner join records as survivors on records.merged_into_node = survivors.node
),

roots as (
    select distinct losers.direct_target as node
    from losers
    left join losers as further on losers.direct_target = further.node
    where further.node is null
),

final as (
    select
        losers.node,
        losers.direct_target,
        losers.direct_target as target,
        roots.node is not null as is_at_rest
    from losers
    left join roots on losers.direct_target = roots.node

    union all

    select
        node,
        node as direct_target,
        node as target,
        true as is_at_rest
    from roots
)

select * from final
