-- What describes a journey: the first non-null value over the lead that speaks for it, the person's other leads, then the
-- contacts. Grain: one row per journey.
{{ config(materialized='sliced', slice_by='journey_id') }}

with ranked as (
    select
        journeys.journey_id,
        records.company_name,
        records.country,
        records.industry,
        records.employee_count,
        records.potential_value,
        records.lead_source,
        case when records.kind = 'contact' then records.record_id end as contact_id,
        case when records.kind = 'lead' and records.record_id = journeys.lead_id then 0 else records.speaking_order end as voice
    from {{ ref('int_stages__journeys') }} as journeys
    inner join {{ ref('int_identity__person_records') }} as records on journeys.person_id = records.person_id
),

final as (
    select
        journey_id,
        {% for attribute in ['company_name', 'country', 'industry', 'employee_count', 'potential_value', 'lead_source', 'contact_id'] -%}
        min_by({{ attribute }}, case when {{ attribute }} is not null then voice end) as {{ attribute }}{{ ',' if not loop.last }}
        {% endfor %}
    from ranked
    group by journey_id
)

select * from final
