-- Policies that a journey with an MQL meets: in force on the local day of mql_at, every condition held by the journey. A
-- condition on a value nobody knows does not hold. Grain: one row per journey and policy.
{{ config(materialized='sliced', slice_by='journey_id') }}

with journeys as (
    select
        journeys.journey_id,
        {{ local_day('journeys.mql_at') }} as mql_day,
        concat('|', {{ plain_text('attributes.country') }}, '|') as country,
        concat('|', {{ plain_text('attributes.industry') }}, '|') as industry,
        attributes.employee_count,
        attributes.potential_value
    from {{ ref('int_stages__journeys') }} as journeys
    left join {{ ref('int_stages__attributes') }} as attributes on journeys.journey_id = attributes.journey_id
    where journeys.mql_at is not null
),

final as (
    select
        journeys.journey_id,
        policies.commitment,
        policies.turn
    from journeys
    inner join {{ ref('int_sla__policies') }} as policies
        on {{ in_force('journeys.mql_day', 'policies.valid_from', 'policies.valid_until') }}
        and (policies.countries is null or contains(policies.countries, journeys.country))
        and (policies.industries is null or contains(policies.industries, journeys.industry))
        and (policies.min_employee_count is null or journeys.employee_count >= policies.min_employee_count)
        and (policies.max_employee_count is null or journeys.employee_count <= policies.max_employee_count)
        and (policies.min_potential_value is null or journeys.potential_value >= policies.min_potential_value)
)

select * from final
