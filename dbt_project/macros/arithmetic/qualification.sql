{#
    Sums that decay, at each of a key's moments: over its rows at or before it, points * 2^-(half-lives since). `given` is a
    relation of the key, moment_at, half_lives (from any moment of the key to this one; null = no decay) and points; the
    result has one row per row of it, with the columns of `kept` and decayed_sum.

    It is read off running sums. Within a bucket of 512 half-lives each row weighs points * 2^half_lives, counted from the
    bucket's start, which a double holds. Rows of the last 64 half-lives of a bucket stand in the next one too; what is older
    then has decayed to nothing.
#}
{% macro decayed_sums(given, key, kept) -%}
with measured as (
    select
        {{ key }},
        moment_at,
        points,
        {{ kept | join(', ') }},
        coalesce(half_lives, 0) as half_lives,
        cast(floor(coalesce(half_lives, 0) / 512) as bigint) as bucket
    from {{ given }}
),

weighted as (
    select
        {{ key }},
        moment_at,
        {{ kept | join(', ') }},
        bucket,
        half_lives - bucket * 512 as age,
        points * power(cast(2 as double), half_lives - bucket * 512) as weight,
        true as is_own
    from measured

    union all

    select
        {{ key }},
        moment_at,
        {{ kept | join(', ') }},
        bucket + 1 as bucket,
        half_lives - bucket * 512 - 512 as age,
        points * power(cast(2 as double), half_lives - bucket * 512 - 512) as weight,
        false as is_own
    from measured
    where half_lives - bucket * 512 >= 448 and points <> 0
),

running as (
    select
        {{ key }},
        moment_at,
        {{ kept | join(', ') }},
        age,
        is_own,
        sum(weight) over (
            partition by {{ key }}, bucket
            order by moment_at
            range between unbounded preceding and current row
        ) as running_weight
    from weighted
)
select
    {{ key }},
    moment_at,
    {{ kept | join(', ') }},
    running_weight * power(cast(2 as double), -age) as decayed_sum
from running
where is_own
{%- endmacro %}
