-- The account of each person: the first a lead was converted to, else the first of a CRM contact, else the one account whose
-- domain is that of an e-mail. Grain: one row per person with an account.
{{ config(materialized='sliced', slice_by='person_id') }}

with records as (
    select
        person_id,
        kind,
        account_id,
        email,
        speaking_order
    from {{ ref('int_identity__person_records') }}
),

deleted_accounts as (
    select account_id
    from {{ ref('stg_crm__accounts') }}
    where is_deleted
),

named as (
    select
        records.person_id,
        records.account_id,
        1 as rule,
        records.speaking_order
    from records
    left join deleted_accounts on records.account_id = deleted_accounts.account_id
    where records.kind in ('lead', 'crm_contact')
        and records.account_id is not null
        and deleted_accounts.account_id is null
),

domains as (
    select
        accounts.domain,
        min(accounts.account_id) as account_id
    from {{ ref('stg_crm__accounts') }} as accounts
    left join {{ ref('free_mail_domains') }} as free_mail on accounts.domain = {{ plain_text('free_mail.domain') }}
    where not accounts.is_deleted and accounts.domain is not null and free_mail.domain is null
    group by accounts.domain
    having count(*) = 1
),

by_domain as (
    select
        records.person_id,
        domains.account_id,
        2 as rule,
        records.speaking_order
    from records
    inner join domains on split_part(records.email, '@', 2) = domains.domain
),

ranked as (
    select
        person_id,
        account_id,
        row_number() over (partition by person_id order by rule, speaking_order) as choice
    from (
        select * from named
        union all
        select * from by_domain
    ) as choices
),

final as (
    select
        person_id,
        account_id
    from ranked
    where choice = 1
)

select * from final
