-- Where each journey of a person begins and ends in the person's timeline. Grain: one row per person and cycle.
{{ config(materialized='iterative', slice_by='person_id', step='cut_journeys') }}

with firsts as (
    select
        person_id,
        cast(1 as int) as cycle_number,
        cast(1 as int) as start_position
    from {{ ref('int_stages__timeline') }}
    where position = 1
),

final as (
    {{ journeys_ended('firsts', ref('int_stages__timeline')) }}
)

select * from final
