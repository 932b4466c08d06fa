{# Qualification: fit and intent of persons at given moments, under the version in force there. #}

{#
    Scores at moments. `moments` is a relation of person_id, stage, moment_at, moment_day; the result has one row per moment
    with the regime in force, its minima, fit_score and intent_score rounded to 6 decimals. A moment without a version in
    force has no row.

    Intent is the sum over touches at or before t of points * 2^(-(t - occurred_at) / half_life). It is read off running
    sums: within a bucket of 256 half-lives each touch weighs points * 2^((occurred_at - bucket start) / half_life), which
    a double holds, and all of the bucket before weighs 2^-256 of its own; what is older has decayed to nothing.
#}
{% macro qualification_scores(moments) -%}
with judged as (
    select
        moments.person_id,
        moments.stage,
        moments.moment_at,
        regimes.regime,
        regimes.rule_version,
        regimes.min_fit,
        regimes.min_intent,
        regimes.min_total,
        regimes.half_life_days
    from {{ moments }} as moments
    inner join {{ ref('int_qualification__regimes') }} as regimes
        on moments.stage = regimes.stage
        and {{ in_force('moments.moment_day', 'regimes.first_day', 'regimes.last_day') }}
),

touch_points as (
    select
        touch_people.person_id,
        regimes.regime,
        touches.occurred_at as moment_at,
        regimes.half_life_days,
        points.points
    from {{ ref('stg_marketing__touches') }} as touches
    inner join {{ ref('int_identity__touch_people') }} as touch_people on touches.touch_id = touch_people.touch_id
    inner join {{ ref('int_qualification__value_points') }} as points
        on points.dimension = 'touch_type'
        and touches.touch_type = points.value
    inner join {{ ref('int_qualification__regimes') }} as regimes on points.regime = regimes.regime
    where touch_people.person_id is not null
),

weighted as (
    select
        person_id,
        regime,
        moment_at,
        half_lives,
        cast(floor(half_lives / 256) as bigint) as bucket,
        points
    from (
        select
            person_id,
            regime,
            moment_at,
            points,
            coalesce({{ epoch_micros('moment_at') }} / (half_life_days * 86400000000.0), 0) as half_lives
        from (
            select person_id, regime, moment_at, half_life_days, points from touch_points
            union all
            select distinct person_id, regime, moment_at, half_life_days, cast(0 as double) as points from judged
        ) as moments_and_touches
    ) as measured
),

running as (
    select
        person_id,
        regime,
        moment_at,
        half_lives,
        bucket,
        sum(points * power(cast(2 as double), half_lives - bucket * 256)) over (
            partition by person_id, regime, bucket
            order by moment_at
            range between unbounded preceding and current row
        ) as bucket_intent
    from weighted
),

buckets as (
    select
        person_id,
        regime,
        bucket,
        sum(points * power(cast(2 as double), half_lives - bucket * 256)) as total_intent
    from weighted
    group by person_id, regime, bucket
),

intents as (
    select distinct
        running.person_id,
        running.regime,
        running.moment_at,
        (running.bucket_intent + coalesce(buckets.total_intent, 0) * power(cast(2 as double), -256))
        * power(cast(2 as double), -(running.half_lives - running.bucket * 256)) as intent_score
    from running
    left join buckets
        on running.person_id = buckets.person_id
        and running.regime = buckets.regime
        and running.bucket - 1 = buckets.bucket
)

select
    judged.person_id,
    judged.stage,
    judged.moment_at,
    judged.regime,
    judged.rule_version,
    judged.min_fit,
    judged.min_intent,
    judged.min_total,
    round(coalesce(fits.fit_score, 0), 6) as fit_score,
    round(coalesce(intents.intent_score, 0), 6) as intent_score,
    round(coalesce(fits.fit_score, 0) + coalesce(intents.intent_score, 0), 6) as total_score
from judged
left join {{ ref('int_qualification__fit') }} as fits
    on judged.person_id = fits.person_id
    and judged.regime = fits.regime
    and fits.created_at <= judged.moment_at
    and (fits.next_created_at is null or judged.moment_at < fits.next_created_at)
left join (
    select
        person_id,
        regime,
        moment_at,
        max(intent_score) as intent_score
    from intents
    group by person_id, regime, moment_at
) as intents
    on judged.person_id = intents.person_id
    and judged.regime = intents.regime
    and judged.moment_at = intents.moment_at
{%- endmacro %}
