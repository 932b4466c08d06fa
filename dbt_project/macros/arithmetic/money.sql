{# Money: conversion and the cutting of cents. #}

{#
    An amount at a rate, rounded half away from zero to cents. Rates have 20 digits, more than 18, so that DuckDB multiplies in
    128 bits: of two decimals of 18 digits it would give a third of 18, which an amount of 10,000 overflows. The product has 38.
#}
{% macro convert_money(amount, rate) -%}
cast(round(cast({{ amount }} as decimal(18, 4)) * cast({{ rate }} as decimal(20, 12)), 2) as decimal(18, 2))
{%- endmacro %}

{# Currency as a row names it: trimmed, upper case, blank = null. #}
{% macro currency_code(currency) -%}nullif(upper(trim({{ currency }})), ''){%- endmacro %}

{# Currency of a row, the reporting currency where it names none. #}
{% macro currency_or_reporting(currency) -%}
coalesce({{ currency_code(currency) }}, '{{ var("reporting_currency") | upper }}')
{%- endmacro %}

{#
    An amount cut into cents over weighted rows: each row gets the floor of its share, the cents left go one each to the
    largest remainders (compared at 6 decimals of a cent), ties by the key. Negative amounts are cut as their absolute
    value. `rows` is a relation with one amount a partition repeated on its rows; the result adds `cut_amount`. A row weighs
    `part` of `whole`, whole numbers below 10^28 of which the parts sum to the whole. An amount has up to 18 digits, too many to be
    multiplied in 38, let alone in a double: its billions of cents are divided first, then what they leave with the rest.
#}
{% macro cut_cents(rows, partition, key, amount, part, whole) -%}
select
    *,
    case when {{ amount }} < 0 then -1 else 1 end * {{ money_of_cents(
        'floor_cents + case when remainder_rank <= cents - sum_floor_cents then 1 else 0 end'
    ) }} as cut_amount
from (
    select
        *,
        sum(floor_cents) over (partition by {{ partition }}) as sum_floor_cents,
        row_number() over (partition by {{ partition }} order by remainder desc, {{ key }}) as remainder_rank
    from (
        select
            *,
            cast({{ whole_quotient('high', whole) }} * 1000000000 + {{ whole_quotient('low', whole) }} as bigint) as floor_cents,
            round(cast(low % {{ whole }} as double) / {{ whole }}, 6) as remainder
        from (
            select
                *,
                (high % {{ whole }}) * 1000000000 + (cents % 1000000000) * {{ part }} as low
            from (
                select
                    *,
                    {{ cents_of_money(amount) }} as cents,
                    {{ whole_quotient(cents_of_money(amount), 1000000000) }} * {{ part }} as high
                from {{ rows }}
            ) as billions
        ) as products
    ) as floors
) as ranked
{%- endmacro %}

{#
    The same for several weights of the same rows side by side: of each `name` in `names`, `name`_part of `name`_whole gives
    `name`_amount, whole numbers below 10^20, and `name`_weight is their quotient. The result has `partition` and `key` beside the
    amounts, and nothing else: it sorts once a name, and what the rows hold besides would be carried through every sort.
    Division of whole numbers beyond a bigint costs fifty times their product, so that the share is guessed with the
    weight, and what the guess leaves of the exact product corrects it.
#}
{% macro cut_cents_of_each(rows, partition, key, amount, names) -%}
select
    {{ partition }},
    {{ key }},
    {% for name in names -%}
    sign * {{ money_of_cents(
        name ~ '_floor + case when row_number() over (partition by ' ~ partition ~ ' order by ' ~ name ~ '_remainder desc, ' ~ key
        ~ ') <= cents - sum(' ~ name ~ '_floor) over (partition by ' ~ partition ~ ') then 1 else 0 end'
    ) }} as {{ name }}_amount{{ ',' if not loop.last }}
    {% endfor %}
from (
    select
        {{ partition }},
        {{ key }},
        sign,
        cents,
        {% for name in names -%}
        {{ name }}_floor,
        round({{ over_whole(name, name ~ '_floor') }}, 6) as {{ name }}_remainder{{ ',' if not loop.last }}
        {% endfor %}
    from (
        select
            *,
            {% for name in names -%}
            {{ name }}_guess + cast(floor({{ over_whole(name, name ~ '_guess') }}) as bigint) as {{ name }}_floor{{ ',' if not loop.last }}
            {% endfor %}
        from (
            select
                {{ partition }},
                {{ key }},
                case when {{ amount }} < 0 then -1 else 1 end as sign,
                {{ cents_of_money(amount) }} as cents,
                {% for name in names -%}
                {{ name }}_whole,
                {{ whole_of_38_digits(cents_of_money(amount)) }} * {{ name }}_part as {{ name }}_product,
                cast(floor({{ cents_of_money(amount) }} * {{ name }}_weight) as bigint) as {{ name }}_guess{{ ',' if not loop.last }}
                {% endfor %}
            from {{ rows }}
        ) as guesses
    ) as floors
) as remainders
{%- endmacro %}

{# What the share of a row is above so many cents. #}
{% macro over_whole(name, cents) -%}
cast({{ name }}_product - {{ whole_of_38_digits(cents) }} * {{ name }}_whole as double) / {{ name }}_whole
{%- endmacro %}

{# The cents of an amount, whatever its sign. A hundred times it would have more than 18 digits from 100,000 billion on. #}
{% macro cents_of_money(amount) -%}
(cast(floor(abs({{ amount }})) as bigint) * 100 + cast((abs({{ amount }}) % 1) * 100 as bigint))
{%- endmacro %}

{# Divided by 100 they would be a double, which has no cents beyond 90,000 billion. #}
{% macro money_of_cents(cents) -%}
cast(cast({{ cents }} as decimal(18, 0)) * 0.01 as decimal(18, 2))
{%- endmacro %}
