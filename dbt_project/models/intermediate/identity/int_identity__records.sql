-- Every staged record that can be a person: marketing contacts, CRM leads, CRM contacts, with what identifies and describes
-- it. Grain: one row per record (node = '<kind>:<id>').
{{ config(materialized='sliced', slice_by='node', unpacked=['node', 'record_id', 'email', 'phone', 'usable_email']) }}

with contacts as (
    select
        concat('contact:', contact_id) as node,
        'contact' as kind,
        contact_id as record_id,
        source_system,
        created_at,
        email,
        phone,
        full_name,
        company_name,
        job_title,
        country,
        industry,
        employee_count,
        cast(null as decimal(18, 2)) as potential_value,
        cast(null as string) as lead_source,
        cast(null as string) as account_id,
        is_deleted,
        case when merged_into_contact_id is not null then concat('contact:', merged_into_contact_id) end as merged_into_node
    from {{ ref('stg_marketing__contacts') }}
),

leads as (
    select
        concat('lead:', leads.lead_id) as node,
        'lead' as kind,
        leads.lead_id as record_id,
        leads.source_system,
        leads.created_at,
        leads.email,
        leads.phone,
        leads.full_name,
        leads.company_name,
        leads.job_title,
        leads.country,
        leads.industry,
        leads.employee_count,
        lead_values.potential_value,
        leads.lead_source,
        leads.converted_account_id as account_id,
        leads.is_deleted,
        case when leads.merged_into_lead_id is not null then concat('lead:', leads.merged_into_lead_id) end as merged_into_node
    from {{ ref('stg_crm__leads') }} as leads
    left join {{ ref('int_revenue__lead_values') }} as lead_values on leads.lead_id = lead_values.lead_id
),

crm_contacts as (
    select
        concat('crm_contact:', crm_contact_id) as node,
        'crm_contact' as kind,
        crm_contact_id as record_id,
        source_system,
        created_at,
        email,
        phone,
        full_name,
        cast(null as string) as company_name,
        cast(null as string) as job_title,
        cast(null as string) as country,
        cast(null as string) as industry,
        cast(null as bigint) as employee_count,
        cast(null as decimal(18, 2)) as potential_value,
        lead_source,
        account_id,
        is_deleted,
        case when merged_into_crm_contact_id is not null then concat('crm_contact:', merged_into_crm_contact_id) end as merged_into_node
    from {{ ref('stg_crm__contacts') }}
),

shared_emails as (
    select distinct emails.email
    from (
        select email from contacts
        union
        select email from leads
        union
        select email from crm_contacts
    ) as emails
    inner join (
        select {{ list_elements(plain_text('pattern')) }} as pattern
        from {{ ref('shared_mailboxes') }}
    ) as patterns
        on emails.email like trim(patterns.pattern)
),

all_records as (
    select * from contacts
    union all
    select * from leads
    union all
    select * from crm_contacts
),

final as (
    select
        all_records.*,
        case when shared_emails.email is null then all_records.email end as usable_email
    from all_records
    left join shared_emails on all_records.email = shared_emails.email
)

select * from final
