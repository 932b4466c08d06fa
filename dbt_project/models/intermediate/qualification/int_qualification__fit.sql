-- Fit of a person from a record's creation on: points of the rules matched by the first non-null value of each dimension over
-- the leads, then the contacts, created by then. No points are no row. Grain: one row per person, creation instant and regime.
{{ config(materialized='sliced', slice_by='person_id') }}

with records as (
    select
        person_id,
        created_at,
        speaking_order,
        industry,
        country,
        employee_count,
        potential_value,
        job_title
    from {{ ref('int_identity__person_records') }}
    where kind in ('lead', 'contact')
),

moments as (
    select
        person_id,
        created_at,
        lead(created_at) over (partition by person_id order by created_at) as next_created_at
    from (
        select distinct
            person_id,
            created_at
        from records
    ) as creations
),

known as (
    select
        moments.person_id,
        moments.created_at,
        moments.next_created_at,
        {% for dimension in ['industry', 'country', 'employee_count', 'potential_value', 'job_title'] -%}
        cast(
            min_by(records.{{ dimension }}, case when records.{{ dimension }} is not null then records.speaking_order end) as string
        ) as {{ dimension }}{{ ',' if not loop.last }}
        {% endfor %}
    from moments
    inner join records
        on moments.person_id = records.person_id
        and records.created_at <= moments.created_at
    group by moments.person_id, moments.created_at, moments.next_created_at
),

scored as (
    select
        known.person_id,
        known.created_at,
        known.next_created_at,
        regimes.regime,
        {% for dimension in ['industry', 'country', 'employee_count', 'potential_value', 'job_title'] -%}
        coalesce({{ dimension }}_points.points, 0) {{ '+' if not loop.last }}
        {% endfor -%}
        as fit_score
    from known
    cross join {{ ref('int_qualification__regimes') }} as regimes
    {% for dimension in ['industry', 'country', 'employee_count', 'potential_value', 'job_title'] -%}
    left join {{ ref('int_qualification__value_points') }} as {{ dimension }}_points
        on {{ dimension }}_points.dimension = '{{ dimension }}'
        and known.{{ dimension }} = {{ dimension }}_points.value
        and regimes.regime = {{ dimension }}_points.regime
    {% endfor %}
),

final as (
    select
        person_id,
        created_at,
        next_created_at,
        regime,
        fit_score
    from scored
    where fit_score <> 0
)

select * from final
