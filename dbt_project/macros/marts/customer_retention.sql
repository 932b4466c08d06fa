{#
    Cohorts of customers followed month by month to the month of as_of; the two retention reports differ in what tells cohorts
    apart. `cohort` is the list of those columns, of which `customers` (a relation of customer_id, acquisition_month and them) has
    each. The result has one row per acquisition month, cohort and month since.
#}
{% macro customer_retention(customers, cohort) -%}
{%- set keys = ['acquisition_month'] + cohort -%}
with cohorts as (
    select
        {{ keys | join(', ') }},
        count(*) as customers
    from {{ customers }}
    group by {{ keys | join(', ') }}
),

followed as (
    select
        {% for key in keys -%}
        cohorts.{{ key }},
        {% endfor -%}
        cohorts.customers,
        months.month,
        months.is_over,
        row_number() over (partition by cohorts.{{ keys | join(', cohorts.') }} order by months.month) - 1 as months_since
    from cohorts
    inner join {{ ref('int_retention__months') }} as months on cohorts.acquisition_month <= months.month
),

active as (
    select
        {% for key in keys -%}
        customers.{{ key }},
        {% endfor -%}
        active_months.month,
        count(*) as active,
        count(case when active_months.is_kept then 1 end) as kept,
        sum(active_months.retained_revenue) as retained_revenue
    from {{ customers }} as customers
    inner join {{ ref('int_retention__active_months') }} as active_months on customers.customer_id = active_months.customer_id
    group by customers.{{ keys | join(', customers.') }}, active_months.month
),

judged as (
    select
        {% for key in keys -%}
        followed.{{ key }},
        {% endfor -%}
        followed.months_since,
        followed.customers,
        not followed.is_over as is_censored,
        coalesce(active.active, 0) as active,
        coalesce(active.retained_revenue, 0) as retained_revenue,
        lag(cast(active.kept as double) / active.active) over (
            partition by followed.{{ keys | join(', followed.') }} order by followed.months_since
        ) as kept_share
    from followed
    left join active
        on followed.month = active.month
        {% for key in keys -%}
        and followed.{{ key }} = active.{{ key }}
        {% endfor %}
),

final as (
    select
        {% for key in keys -%}
        {{ key }},
        {% endfor -%}
        cast(months_since as int) as months_since,
        cast(customers as bigint) as customers,
        cast(case when not is_censored then active end as bigint) as active,
        cast(case when not is_censored then retained_revenue end as decimal(18, 2)) as retained_revenue,
        case when not is_censored then kept_share end as retention_rate,
        is_censored
    from judged
)

select * from final
{%- endmacro %}
