-- When the lead of a qualified journey first had an owner, at or after mql_at, and who that was. Grain: one row per journey with
-- an MQL.
{{ config(materialized='sliced', slice_by='journey_id') }}

with journeys as (
    select
        journeys.journey_id,
        journeys.lead_id,
        journeys.mql_at,
        nullif(trim(leads.owner_user_id), '') as current_owner_user_id
    from {{ ref('int_stages__journeys') }} as journeys
    left join {{ ref('stg_crm__leads') }} as leads on journeys.lead_id = leads.lead_id
    where journeys.mql_at is not null
),

owners as (
    select
        lead_id,
        held_from,
        held_until,
        value as owner_user_id
    from {{ ref('int_sla__lead_values') }}
    where field = 'owner_user_id'
),

owned as (
    select
        journeys.journey_id,
        min(greatest(owners.held_from, journeys.mql_at)) as assigned_at,
        min_by(owners.owner_user_id, owners.held_from) as owner_user_id
    from journeys
    inner join owners
        on journeys.lead_id = owners.lead_id
        and journeys.mql_at < owners.held_until
    where owners.owner_user_id is not null
    group by journeys.journey_id
),

with_history as (
    select distinct lead_id
    from owners
),

assigned as (
    select
        journeys.journey_id,
        journeys.lead_id,
        journeys.mql_at,
        case
            when with_history.lead_id is not null then owned.assigned_at
            when journeys.current_owner_user_id is not null then journeys.mql_at
        end as assigned_at,
        case when with_history.lead_id is not null then owned.owner_user_id else journeys.current_owner_user_id end as owner_user_id
    from journeys
    left join with_history on journeys.lead_id = with_history.lead_id
    left join owned on journeys.journey_id = owned.journey_id
),

final as (
    select
        assigned.journey_id,
        assigned.lead_id,
        assigned.mql_at,
        assigned.assigned_at,
        assigned.owner_user_id,
        users.team
    from assigned
    left join {{ ref('stg_crm__users') }} as users on assigned.owner_user_id = users.user_id
)

select * from final
