-- How far the channel rules read a click id, by how it begins: as far as the patterns go that can still match it. A pattern
-- whose only % stands last reads what precedes that, one without reads one character more, to see the end; any other
-- reads all. What lies beyond is a number of its own for every click, and tells the rules nothing. Grain: one row per first
-- three characters that occur.
{{ config(materialized='sliced', slice_by=['head']) }}

with heads as (
    select distinct substr({{ plain_text('click_id') }}, 1, 3) as head
    from {{ ref('stg_marketing__touches') }}
    where click_id is not null and channel is null
),

alternatives as (
    select
        pattern,
        split_part(pattern, '%', 1) as opening
    from (
        select distinct trim(alternative) as pattern
        from (
            select {{ list_elements('click_id') }} as alternative
            from {{ ref('int_channels__rules') }}
            where click_id is not null and lead_source is null
        ) as listed
    ) as patterns
),

reaches as (
    select
        opening,
        case
            when pattern = opening then instr(concat(pattern, '%'), '%')
            when pattern = concat(opening, '%') then instr(pattern, '%') - 1
            else 2147483647
        end as characters
    from alternatives
),

final as (
    select
        heads.head,
        cast(coalesce(max(reaches.characters), 0) as int) as characters
    from heads
    left join reaches on heads.head like concat(substr(reaches.opening, 1, 3), '%')
    where heads.head is not null
    group by heads.head
)

select * from final
