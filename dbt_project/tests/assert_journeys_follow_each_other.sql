-- A returned row is a journey that begins while the person's former one still runs, or that leaves a number out.
{{ config(slice_by='person_id') }}

select
    journey_id,
    person_id,
    cycle_number,
    former_ended_at,
    started_at
from (
    select
        journey_id,
        person_id,
        cycle_number,
        started_at,
        lag(cycle_number) over (partition by person_id order by cycle_number) as former_cycle_number,
        lag(ended_at) over (partition by person_id order by cycle_number) as former_ended_at
    from {{ ref('int_stages__journeys') }}
) as journeys
where cycle_number <> coalesce(former_cycle_number, 0) + 1
    or (former_cycle_number is not null and (former_ended_at is null or former_ended_at >= started_at))
