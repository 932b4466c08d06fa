-- The agreement's stage words, ready to compare; '*' stands for any source. Grain: one row per source, object and value.

with final as (
    select
        coalesce({{ plain_text('source_system') }}, '*') as source_system,
        {{ plain_text('object') }} as object,
        {{ plain_text('value') }} as value,
        {{ plain_text('stage') }} as stage
    from {{ ref('stage_mapping') }}
)

select * from final
