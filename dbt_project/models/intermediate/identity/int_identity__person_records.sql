-- Live records and the person each belongs to, in the order in which they speak for the person: leads, then marketing
-- contacts, then CRM contacts, each by creation. Grain: one row per live record.
{{ config(materialized='sliced', slice_by='node') }}

with final as (
    select
        md5(coalesce(components.label, records.node)) as person_id,
        records.node,
        records.kind,
        records.record_id,
        records.source_system,
        records.created_at,
        records.email,
        records.usable_email,
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
        cast(row_number() over (
            partition by coalesce(components.label, records.node)
            order by
                case records.kind when 'lead' then 1 when 'contact' then 2 else 3 end,
                records.created_at asc nulls last,
                records.record_id
        ) as int) as speaking_order
    from {{ ref('int_identity__records') }} as records
    inner join {{ ref('int_identity__survivors') }} as survivors on records.node = survivors.node
    left join {{ ref('int_identity__components') }} as components on records.node = components.node
    where survivors.is_live and survivors.excluded_as is null
)

select * from final
