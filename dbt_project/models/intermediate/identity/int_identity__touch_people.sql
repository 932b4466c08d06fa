-- The person of each touch: of its contact, else of its e-mail, else of whoever first claimed its anonymous id; null while
-- nobody did. A view that carries what channels need of a touch: joining the touches again would cost more than finding
-- their persons. Grain: one row per touch.
{{ config(materialized='sliced', stored='view', slice_by='touch_id') }}

with touches as (
    select
        touch_id,
        contact_id,
        email,
        anonymous_id,
        occurred_at,
        touch_type,
        campaign_id,
        channel,
        utm_source,
        utm_medium,
        referrer_url,
        click_id
    from {{ ref('stg_marketing__touches') }}
),

-- Records that stand for themselves are one person where they share an address; others count where there is none of those.
email_owners as (
    select
        records.usable_email,
        coalesce(
            min(case when people.node = people.survivor_node then people.person_id end),
            min_by(people.person_id, people.node)
        ) as person_id
    from {{ ref('int_identity__records') }} as records
    inner join {{ ref('int_identity__record_people') }} as people on records.node = people.node
    where records.usable_email is not null
    group by records.usable_email
),

-- Found for themselves, though final finds the persons of touches again: keeping whole touches until the claims are known
-- costs more than reading these few columns twice.
claimants as (
    select
        claiming.touch_id,
        claiming.anonymous_id,
        claiming.occurred_at,
        coalesce(contacts.person_id, email_owners.person_id) as person_id
    from {{ ref('stg_marketing__touches') }} as claiming
    left join {{ ref('int_identity__record_people') }} as contacts
        on claiming.contact_id = contacts.record_id
        and contacts.kind = 'contact'
    left join email_owners on claiming.email = email_owners.usable_email
    where claiming.anonymous_id is not null and coalesce(claiming.contact_id, claiming.email) is not null
),

claims as (
    select
        anonymous_id,
        min_by(person_id, {{ record(['occurred_at', 'touch_id']) }}) as person_id
    from claimants
    where person_id is not null
    group by anonymous_id
),

final as (
    select
        touches.touch_id,
        coalesce(contacts.person_id, email_owners.person_id, claims.person_id) as person_id,
        touches.occurred_at,
        touches.touch_type,
        touches.campaign_id,
        touches.channel,
        touches.utm_source,
        touches.utm_medium,
        touches.referrer_url,
        touches.click_id
    from touches
    left join {{ ref('int_identity__record_people') }} as contacts
        on touches.contact_id = contacts.record_id
        and contacts.kind = 'contact'
    left join email_owners on touches.email = email_owners.usable_email
    left join claims on touches.anonymous_id = claims.anonymous_id
)

select * from final
