-- Qualification rules with their values taken apart, ready to compare. Grain: one row per rule and alternative value.

with rules as (
    select
        row_number() over (order by stage, rule_version, dimension, operator, value, points, valid_from, valid_until) as rule_id,
        {{ plain_text('stage') }} as stage,
        {{ plain_text('cast(rule_version as string)') }} as version_key,
        cast(valid_from as date) as valid_from,
        cast(valid_until as date) as valid_until,
        {{ plain_text('dimension') }} as dimension,
        {{ plain_text('operator') }} as operator,
        {{ plain_text('value') }} as value,
        cast(points as double) as points
    from {{ ref('qualification_rules') }}
),

final as (
    select
        rule_id,
        stage,
        version_key,
        valid_from,
        valid_until,
        dimension,
        operator,
        points,
        value,
        trim(alternative) as alternative,
        try_cast(trim(split_part(value, '|', 1)) as double) as lowest,
        try_cast(trim(split_part(value, '|', 2)) as double) as highest
    from (
        select
            *,
            {{ list_elements('value') }} as alternative
        from rules
    ) as alternatives
)

select * from final
