{# Money: conversion and the cutting of cents. #}

{#
    An amount at a rate, rounded half away from zero to cents. The 19th digit makes DuckDB multiply in 128 bits: of two
    decimals of 18 digits it would give a third of 18, which an amount of 10,000 overflows.
#}
{% macro convert_money(amount, rate) -%}
cast(round(cast({{ amount }} as decimal(19, 4)) * cast({{ rate }} as decimal(18, 10)), 2) as decimal(18, 2))
{%- endmacro %}

{# Currency of a row: trimmed, upper case, the reporting currency where it is missing. #}
{% macro currency_or_reporting(currency) -%}
coalesce(nullif(upper(trim({{ currency }})), ''), '{{ var("reporting_currency") | upper }}')
{%- endmacro %}

{#
    An amount cut into cents over weighted rows: each row gets the floor of its share, the cents left go one each to the
    largest remainders (compared at 6 decimals of a cent), ties by the key. Negative amounts are cut as their absolute
    value. `rows` is a relation with one amount a partition repeated on its rows; the result adds `cut_amount`.
#}
{% macro cut_cents(rows, partition, key, amount, weight) -%}
select
    *,
    cast(
        case when {{ amount }} < 0 then -1 else 1 end
        * (floor_cents + case when remainder_rank <= cents - sum_floor_cents then 1 else 0 end) / 100.0
        as decimal(18, 2)
    ) as cut_amount
from (
    select
        *,
        sum(floor_cents) over (partition by {{ partition }}) as sum_floor_cents,
        row_number() over (
            partition by {{ partition }} order by round(share_cents - floor_cents, 6) desc, {{ key }}
        ) as remainder_rank
    from (
        select
            *,
            cast(floor(share_cents) as bigint) as floor_cents
        from (
            select
                *,
                cast(round(abs({{ amount }}) * 100, 0) as bigint) as cents,
                cast(abs({{ amount }}) * 100 as double) * {{ weight }} as share_cents
            from {{ rows }}
        ) as shares
    ) as floors
) as ranked
{%- endmacro %}

{#
    The same for several weights of the same rows side by side: of each `name` in `names`, `name`_weight gives `name`_amount. A
    row that weighs nothing gets nothing. The result has `partition` and `key` beside the amounts, and nothing else: it sorts
    once a name, and what the rows hold besides would be carried through every sort.
#}
{% macro cut_cents_of_each(rows, partition, key, amount, names) -%}
select
    {{ partition }},
    {{ key }},
    {% for name in names -%}
    cast(
        sign
        * (
            {{ name }}_floor
            + case
                when row_number() over (partition by {{ partition }} order by {{ name }}_remainder desc, {{ key }})
                    <= cents - sum({{ name }}_floor) over (partition by {{ partition }})
                    then 1
                else 0
            end
        ) / 100.0
        as decimal(18, 2)
    ) as {{ name }}_amount{{ ',' if not loop.last }}
    {% endfor %}
from (
    select
        {{ partition }},
        {{ key }},
        sign,
        cents,
        {% for name in names -%}
        cast(floor({{ name }}_share) as bigint) as {{ name }}_floor,
        case when {{ name }}_share > 0 then round({{ name }}_share - floor({{ name }}_share), 6) else -1 end as {{ name }}_remainder{{ ',' if not loop.last }}
        {% endfor %}
    from (
        select
            {{ partition }},
            {{ key }},
            case when {{ amount }} < 0 then -1 else 1 end as sign,
            cast(round(abs({{ amount }}) * 100, 0) as bigint) as cents,
            {% for name in names -%}
            cast(abs({{ amount }}) * 100 as double) * {{ name }}_weight as {{ name }}_share{{ ',' if not loop.last }}
            {% endfor %}
        from {{ rows }}
    ) as shares
) as floors
{%- endmacro %}
