-- Moments at which a person could qualify: creations of any record, and touches not before the person's first record. Grain: one
-- row per person, stage and instant.
{{ config(materialized='sliced', stored='view', slice_by='person_id') }}

with creations as (
    select
        person_id,
        created_at as moment_at
    from {{ ref('int_identity__person_records') }}
    where created_at is not null
),

first_records as (
    select
        person_id,
        min(moment_at) as first_record_at
    from creations
    group by person_id
),

touches as (
    select
        touches.person_id,
        touches.occurred_at as moment_at
    from {{ ref('int_channels__touches') }} as touches
    inner join first_records
        on touches.person_id = first_records.person_id
        and first_records.first_record_at <= touches.occurred_at
),

instants as (
    select * from creations
    union
    select * from touches
),

stages as (
    select distinct stage
    from {{ ref('int_qualification__regimes') }}
),

final as (
    select
        instants.person_id,
        stages.stage,
        instants.moment_at,
        {{ local_day('instants.moment_at') }} as moment_day
    from instants
    cross join stages
)

select * from final
