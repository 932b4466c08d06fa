-- The persons of each live deal by the strongest link rule that yields any: lead, contact_role, account. A deal that links to
-- nobody has no row here. Grain: one row per deal and person.
{{ config(materialized='sliced', slice_by='person_id') }}

with deals as (
    select
        opportunity_id,
        lead_id,
        account_id,
        primary_crm_contact_id,
        created_at
    from {{ ref('int_revenue__opportunities') }}
),

lead_ids as (
    select
        opportunity_id,
        lead_id
    from deals
    where lead_id is not null

    union

    select
        deals.opportunity_id,
        leads.lead_id
    from deals
    inner join {{ ref('stg_crm__leads') }} as leads on deals.opportunity_id = leads.converted_opportunity_id
    inner join {{ ref('int_identity__record_people') }} as people
        on leads.lead_id = people.record_id
        and people.kind = 'lead'
        and people.node = people.survivor_node
),

by_lead as (
    select distinct
        lead_ids.opportunity_id,
        people.person_id,
        1 as strength
    from lead_ids
    inner join {{ ref('int_identity__record_people') }} as people
        on lead_ids.lead_id = people.record_id
        and people.kind = 'lead'
),

-- Roles: the deal's primary contact, else contacts marked primary, else every contact of the deal.
role_contacts as (
    select
        opportunity_id,
        primary_crm_contact_id as crm_contact_id,
        1 as choice
    from deals
    where primary_crm_contact_id is not null

    union all

    select
        opportunity_id,
        crm_contact_id,
        case when is_primary then 2 else 3 end as choice
    from {{ ref('stg_crm__opportunity_contacts') }}
),

role_people as (
    select
        role_contacts.opportunity_id,
        people.person_id,
        min(role_contacts.choice) as choice
    from role_contacts
    inner join {{ ref('int_identity__record_people') }} as people
        on role_contacts.crm_contact_id = people.record_id
        and people.kind = 'crm_contact'
    group by role_contacts.opportunity_id, people.person_id
),

by_role as (
    select
        role_people.opportunity_id,
        role_people.person_id,
        2 as strength
    from role_people
    inner join (
        select
            opportunity_id,
            min(choice) as best_choice
        from role_people
        group by opportunity_id
    ) as best on role_people.opportunity_id = best.opportunity_id
    where role_people.choice = best.best_choice
),

by_account as (
    select distinct
        deals.opportunity_id,
        accounts.person_id,
        3 as strength
    from deals
    inner join {{ ref('int_identity__person_accounts') }} as accounts on deals.account_id = accounts.account_id
    inner join {{ ref('int_identity__person_records') }} as records
        on accounts.person_id = records.person_id
        and records.kind in ('contact', 'lead')
        and records.created_at <= deals.created_at
        and records.created_at >= deals.created_at - {{ var('account_link_days') }} * interval 1 day
),

links as (
    select * from by_lead
    union all
    select * from by_role
    union all
    select * from by_account
),

strongest as (
    select
        opportunity_id,
        min(strength) as strength
    from links
    group by opportunity_id
),

final as (
    select
        links.opportunity_id,
        links.person_id,
        case links.strength when 1 then 'lead' when 2 then 'contact_role' else 'account' end as link_rule,
        cast(1.0 as double) / count(*) over (partition by links.opportunity_id) as weight
    from links
    inner join strongest
        on links.opportunity_id = strongest.opportunity_id
        and links.strength = strongest.strength
    inner join deals on links.opportunity_id = deals.opportunity_id
)

select * from final
