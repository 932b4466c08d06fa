-- Persons with what identifies them; restricted. Name, e-mail and phone are those of the first record that has one, leads
-- first. Grain: one row per person.
{{ config(schema='restricted', materialized='sliced', slice_by='person_id', unpacked=['person_id', 'email', 'phone']) }}

with final as (
    select
        person_id,
        {% for detail in ['full_name', 'email', 'phone', 'company_name', 'job_title', 'country'] -%}
        min_by({{ detail }}, case when {{ detail }} is not null then speaking_order end) as {{ detail }},
        {% endfor -%}
        cast(count(*) as int) as record_count,
        min(created_at) as first_created_at
    from {{ ref('int_identity__person_records') }}
    group by person_id
)

select * from final
