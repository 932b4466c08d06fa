-- Keys of long tables that came more than once, with how many of their landed rows another one stands before. What a key's rows
-- are is asked again only when another came. Grain: one row per landed table and key with several rows at as_of.
{{ config(materialized='sliced', slice_by=['table_name', 'record_id']) }}

with final as (
    {% for landed in landed_tables() if landed.table in sliced_tables() -%}
    select
        '{{ landed.table }}' as table_name,
        {{ landed.key[0] }} as record_id,
        count(*) - 1 as superseded_rows
    from {{ source('landing', landed.table) }}
    where not {{ is_future(landed.event, landed.is_day) }}
    group by {{ landed.key[0] }}
    having count(*) > 1
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
