-- Activities that were not deleted, with the journey each belongs to: of the person of its lead, else of its CRM contact,
-- else of the one person its deal is linked to; there the last journey begun by then, else the first. Grain: one row per activity.
{{ config(materialized='sliced', slice_by='activity_id') }}

with activities as (
    select
        activity_id,
        lead_id,
        crm_contact_id,
        opportunity_id,
        user_id,
        activity_type,
        direction,
        outcome,
        occurred_at,
        coalesce(
            {{ plain_text('direction') }} = 'outbound'
            and not is_automated
            and {{ plain_text('activity_type') }} in ('call', 'email', 'meeting', 'message'),
            false
        ) as is_attempt
    from {{ ref('stg_crm__activities') }}
    where not is_deleted
),

single_people as (
    select
        opportunity_id,
        min(person_id) as person_id
    from {{ ref('int_revenue__deal_people') }}
    group by opportunity_id
    having count(*) = 1
),

people as (
    select
        activities.activity_id,
        activities.user_id,
        activities.activity_type,
        activities.direction,
        activities.outcome,
        activities.occurred_at,
        activities.is_attempt,
        coalesce(activities.is_attempt and {{ plain_text('activities.outcome') }} in ('connected', 'replied', 'held'), false) as is_contact,
        coalesce(leads.person_id, contacts.person_id, single_people.person_id) as person_id
    from activities
    left join {{ ref('int_identity__record_people') }} as leads
        on activities.lead_id = leads.record_id
        and leads.kind = 'lead'
    left join {{ ref('int_identity__record_people') }} as contacts
        on activities.crm_contact_id = contacts.record_id
        and contacts.kind = 'crm_contact'
    left join single_people on activities.opportunity_id = single_people.opportunity_id
),

journeys as (
    select
        journey_id,
        person_id,
        case when cycle_number = 1 then timestamp '0001-01-01 00:00:00' else started_at end as begins_at,
        coalesce(next_started_at, timestamp '9999-12-31 00:00:00') as next_begins_at,
        coalesce(mql_at, lead_at) as counts_from
    from {{ ref('int_stages__journeys') }}
),

placed as (
    select
        people.activity_id,
        journeys.journey_id,
        people.user_id,
        people.activity_type,
        people.direction,
        people.outcome,
        people.occurred_at,
        people.is_attempt,
        people.is_contact,
        people.is_attempt and people.occurred_at >= journeys.counts_from as is_counted
    from people
    left join journeys
        on people.person_id = journeys.person_id
        and journeys.begins_at <= people.occurred_at
        and people.occurred_at < journeys.next_begins_at
),

final as (
    select
        activity_id,
        journey_id,
        user_id as owner_user_id,
        activity_type,
        direction,
        outcome,
        occurred_at,
        cast(
            case when is_counted then row_number() over (
                partition by journey_id, is_counted order by occurred_at, activity_id
            ) end as int
        ) as attempt_number,
        is_attempt,
        is_contact
    from placed
)

select * from final
