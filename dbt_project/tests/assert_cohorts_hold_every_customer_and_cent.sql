-- A returned row says that the cohorts of a report have more or fewer customers than deals were won from, or another retained
-- revenue than the customers themselves.

with customers as (
    select count(distinct customer_id) as customers
    from {{ ref('int_retention__won_deals') }}
),

active as (
    select
        count(*) as active_months,
        coalesce(sum(retained_revenue), 0) as retained_revenue
    from {{ ref('int_retention__active_months') }}
),

cohorts as (
    {% for report in ['rpt_customer_retention', 'rpt_customer_retention_by_sla'] -%}
    select
        '{{ report }}' as report,
        coalesce(sum(case when months_since = 0 then customers end), 0) as customers,
        coalesce(sum(active), 0) as active_months,
        coalesce(sum(retained_revenue), 0) as retained_revenue
    from {{ ref(report) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    cohorts.report,
    customers.customers,
    cohorts.customers as cohort_customers,
    active.active_months,
    cohorts.active_months as cohort_active_months,
    active.retained_revenue,
    cohorts.retained_revenue as cohort_retained_revenue
from customers
cross join active
cross join cohorts
where customers.customers <> cohorts.customers
    or active.active_months <> cohorts.active_months
    or active.retained_revenue <> cohorts.retained_revenue
