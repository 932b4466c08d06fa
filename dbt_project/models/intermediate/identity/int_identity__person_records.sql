-- Live records and the person each belongs to, in the order in which they speak for the person: leads, then marketing
-- contacts, then CRM contacts, each by creation. Grain: one row per live record.
{{ config(materialized='sliced', slice_by='node', unpacked=['person_id', 'node', 'record_id', 'email', 'phone']) }}

-- Put in order with few columns, and described afterwards: sorting whole records costs three times as much.
with records as (
    select
        node,
        kind,
        record_id,
        created_at
    from {{ ref('int_identity__records') }}
),

live as (
    select
        records.node,
        records.kind,
        records.record_id,
        records.created_at,
        coalesce(components.label, records.node) as label
    from records
    inner join {{ ref('int_identity__survivors') }} as survivors on records.node = survivors.node
    left join {{ ref('int_identity__components') }} as components on records.node = components.node
    where survivors.is_live and survivors.excluded_as is null
),

ordered as (
    select
        node,
        label,
        cast(row_number() over (
            partition by label
            order by
                case kind when 'lead' then 1 when 'contact' then 2 else 3 end,
                created_at asc nulls last,
                record_id
        ) as int) as speaking_order
    from live
),

final as (
    select
        md5(ordered.label) as person_id,
        records.node,
        records.kind,
        records.record_id,
        records.source_system,
        records.created_at,
        records.email,
        records.phone,
        records.full_name,
        records.company_name,
        records.job_title,
        records.country,
        records.industry,
        records.employee_count,
        records.potential_value,
        records.lead_source,
        records.account_id,
        ordered.speaking_order
    from {{ ref('int_identity__records') }} as records
    inner join ordered on records.node = ordered.node
)

select * from final
