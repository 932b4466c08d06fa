-- Fields of a lead that handoff policies ask for, in the policy's order. Grain: one row per turn and field.

with fields as (
    select
        turn,
        concat('|', required_fields, '|') as required_fields,
        {{ list_elements('required_fields') }} as field
    from {{ ref('int_sla__policies') }}
    where commitment = 'handoff' and required_fields is not null
),

final as (
    select
        turn,
        trim(field) as field,
        cast(min(instr(required_fields, concat('|', field, '|'))) as int) as field_position
    from fields
    where trim(field) <> ''
    group by turn, trim(field)
)

select * from final
