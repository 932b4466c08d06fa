-- Exchange rates with the days they are in force; the reporting currency converts at 1 on any day. Grain: one row per
-- currency and valid_from.

with final as (
    select
        upper(trim(currency)) as currency,
        cast(valid_from as date) as valid_from,
        lead(cast(valid_from as date)) over (partition by upper(trim(currency)) order by cast(valid_from as date)) as valid_before,
        cast(rate_to_reporting as decimal(20, 12)) as rate_to_reporting
    from {{ ref('fx_rates') }}
    where upper(trim(currency)) <> '{{ var("reporting_currency") | upper }}'

    union all

    select
        '{{ var("reporting_currency") | upper }}' as currency,
        date '0001-01-01' as valid_from,
        cast(null as date) as valid_before,
        cast(1 as decimal(20, 12)) as rate_to_reporting
)

select * from final
