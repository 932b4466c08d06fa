-- Linked deals seen by each person. A renewal or expansion is a repeat once the person has a customer event at or before
-- its creation (one that cutting drops as a repeat is none); before that it counts as new business for this person and, when won, makes a customer for the later ones.
-- Since they are taken in order of creation, those that are no repeats come first: it is enough to know the earliest closing
-- among the earlier ones. Grain: one row per deal and person.
{{ config(materialized='sliced', slice_by='person_id') }}

with linked as (
    select
        links.opportunity_id,
        links.person_id,
        links.link_rule,
        links.weight,
        deals.is_new_business,
        deals.created_at,
        deals.closed_at,
        deals.is_won,
        deals.closing_stage,
        deals.amount_reporting
    from {{ ref('int_revenue__deal_people') }} as links
    inner join {{ ref('int_revenue__opportunities') }} as deals on links.opportunity_id = deals.opportunity_id
),

first_creations as (
    select
        person_id,
        min(created_at) as first_created_at
    from {{ ref('int_identity__person_records') }}
    where kind in ('contact', 'lead')
    group by person_id
),

-- Statuses dated before the person's earliest creation count at that one instant, so that of several customers among them the
-- first in cutting order alone is kept. Later ones that are dropped follow a kept one of an earlier date and need no thought.
customer_statuses as (
    select
        statuses.person_id,
        statuses.entered_at,
        statuses.entered_at > first_creations.first_created_at as is_after_creation,
        row_number() over (
            partition by statuses.person_id, statuses.entered_at > first_creations.first_created_at
            order by statuses.lead_id, statuses.entered_at
        ) as place
    from {{ ref('int_stages__status_events') }} as statuses
    inner join first_creations on statuses.person_id = first_creations.person_id
    where statuses.stage = 'customer'
),

first_customers as (
    select
        person_id,
        min(customer_at) as customer_at
    from (
        select
            person_id,
            closed_at as customer_at
        from linked
        where is_new_business and is_won

        union all

        select
            person_id,
            entered_at as customer_at
        from customer_statuses
        where is_after_creation or place = 1
    ) as customers
    group by person_id
),

repeats as (
    select
        linked.opportunity_id,
        linked.person_id,
        coalesce(
            least(
                coalesce(first_customers.customer_at, linked.earlier_customer_at),
                coalesce(linked.earlier_customer_at, first_customers.customer_at)
            ) <= linked.created_at,
            false
        ) as is_repeat
    from (
        select
            *,
            min(case when is_won then closed_at end) over (
                partition by person_id
                order by created_at, opportunity_id
                rows between unbounded preceding and 1 preceding
            ) as earlier_customer_at
        from linked
        where not is_new_business
    ) as linked
    left join first_customers on linked.person_id = first_customers.person_id
),

final as (
    select
        linked.opportunity_id,
        linked.person_id,
        linked.link_rule,
        linked.weight,
        linked.amount_reporting,
        linked.created_at,
        linked.closed_at,
        linked.is_won,
        linked.closing_stage,
        coalesce(repeats.is_repeat, false) as is_repeat
    from linked
    left join repeats
        on linked.opportunity_id = repeats.opportunity_id
        and linked.person_id = repeats.person_id
)

select * from final
