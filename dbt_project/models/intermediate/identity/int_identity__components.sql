-- Connected records labelled by the smallest of them. Grain: one row per live record that has a neighbour.
-- depends_on: {{ ref('int_identity__edges') }}
{{ config(materialized='iterative', slice_by='node', step='spread_labels', unpacked=['node', 'label']) }}

with final as (
    select
        node,
        least(node, min(neighbour)) as label,
        true as is_changed
    from {{ ref('int_identity__edges') }}
    group by node
)

select * from final
