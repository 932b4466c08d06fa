-- What joins live records to one person: ids that name each other, the same usable e-mail, the same phone of records that
-- lack one. Grain: one row per pair of directly joined records and direction.
{{ config(materialized='sliced', slice_by='node', unpacked=['node', 'neighbour']) }}

with records as (
    select
        records.node,
        records.usable_email,
        records.phone
    from {{ ref('int_identity__records') }} as records
    inner join {{ ref('int_identity__survivors') }} as survivors on records.node = survivors.node
    where survivors.is_live and survivors.excluded_as is null
),

named as (
    select
        concat('lead:', lead_id) as node,
        concat('contact:', marketing_contact_id) as named_node
    from {{ ref('stg_crm__leads') }}
    where marketing_contact_id is not null

    union all

    select
        concat('contact:', contact_id) as node,
        concat('lead:', crm_lead_id) as named_node
    from {{ ref('stg_marketing__contacts') }}
    where crm_lead_id is not null

    union all

    select
        concat('lead:', lead_id) as node,
        concat('crm_contact:', converted_contact_id) as named_node
    from {{ ref('stg_crm__leads') }}
    where converted_contact_id is not null
),

-- A pointer at a merged record points at its survivor; what a loser pointed at is gone with it.
id_pairs as (
    select
        named.node,
        survivors.survivor_node as neighbour
    from named
    inner join records on named.node = records.node
    inner join {{ ref('int_identity__survivors') }} as survivors on named.named_node = survivors.node
    where survivors.is_live
),

email_hubs as (
    select
        usable_email,
        min(node) as hub
    from records
    where usable_email is not null
    group by usable_email
    having count(*) > 1
),

email_pairs as (
    select
        records.node,
        email_hubs.hub as neighbour
    from records
    inner join email_hubs on records.usable_email = email_hubs.usable_email
),

phone_hubs as (
    select
        phone,
        min(case when usable_email is null then node end) as hub
    from records
    where phone is not null
    group by phone
    having
        count(*) <= {{ var('max_phone_sharing') }}
        and count(case when usable_email is null then 1 end) > 1
),

phone_pairs as (
    select
        records.node,
        phone_hubs.hub as neighbour
    from records
    inner join phone_hubs on records.phone = phone_hubs.phone
    where records.usable_email is null
),

pairs as (
    select * from id_pairs
    union
    select * from email_pairs
    union
    select * from phone_pairs
),

final as (
    select node, neighbour from pairs where node <> neighbour
    union
    select neighbour as node, node as neighbour from pairs where node <> neighbour
)

select * from final
