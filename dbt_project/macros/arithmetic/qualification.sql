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
        moments.moment_at,
        regimes.regime
    from {{ moments }} as moments
    inner join {{ ref('int_qualification__regimes') }} as regimes
        on moments.stage = regimes.stage
        and {{ in_force('moments.moment_day', 'regimes.first_day', 'regimes.last_day') }}
),

judged_people as (
    select distinct
        person_id,
        regime
    from judged
),

points_given as (
    select
        touches.person_id,
        points.regime,
        touches.occurred_at as moment_at,
        points.points,
        0 as is_judged
    from {{ ref('int_channels__touches') }} as touches
    inner join {{ ref('int_qualification__value_points') }} as points
        on points.dimension = 'touch_type'
        and touches.touch_type = points.value
    inner join judged_people
        on touches.person_id = judged_people.person_id
        and points.regime = judged_people.regime

    union all

    select
        person_id,
        regime,
        moment_at,
        cast(0 as double) as points,
        1 as is_judged
    from judged
),

instants as (
    select
        person_id,
        regime,
        moment_at,
        sum(points) as points,
        max(is_judged) as is_judged
    from points_given
    group by person_id, regime, moment_at
),

weighted as (
    select
        person_id,
        regime,
        moment_at,
        is_judged,
        bucket,
        half_lives - bucket * 256 as half_lives_in_bucket,
        points * power(cast(2 as double), half_lives - bucket * 256) as weighted_points
    from (
        select
            *,
            cast(floor(half_lives / 256) as bigint) as bucket
        from (
            select
                instants.*,
                coalesce({{ epoch_micros('instants.moment_at') }} / (regimes.half_life_days * 86400000000.0), 0) as half_lives
            from instants
            inner join {{ ref('int_qualification__regimes') }} as regimes on instants.regime = regimes.regime
        ) as measured
    ) as bucketed
),

running as (
    select
        person_id,
        regime,
        moment_at,
        is_judged,
        bucket,
        half_lives_in_bucket,
        sum(weighted_points) over (
            partition by person_id, regime, bucket
            order by moment_at
            rows between unbounded preceding and current row
        ) as bucket_intent
    from weighted
),

buckets as (
    select
        person_id,
        regime,
        bucket + 1 as next_bucket,
        sum(weighted_points) * power(cast(2 as double), -256) as former_intent
    from weighted
    group by person_id, regime, bucket
),

scored as (
    select
        running.person_id,
        running.regime,
        running.moment_at,
        (running.bucket_intent + coalesce(buckets.former_intent, 0))
        * power(cast(2 as double), -running.half_lives_in_bucket) as intent_score
    from running
    left join buckets
        on running.person_id = buckets.person_id
        and running.regime = buckets.regime
        and running.bucket = buckets.next_bucket
    where running.is_judged = 1
)
select
    scored.person_id,
    regimes.stage,
    scored.moment_at,
    scored.regime,
    regimes.rule_version,
    regimes.min_fit,
    regimes.min_intent,
    regimes.min_total,
    round(coalesce(fits.fit_score, 0), 6) as fit_score,
    round(scored.intent_score, 6) as intent_score,
    round(coalesce(fits.fit_score, 0) + scored.intent_score, 6) as total_score
from scored
inner join {{ ref('int_qualification__regimes') }} as regimes on scored.regime = regimes.regime
left join {{ ref('int_qualification__fit') }} as fits
    on scored.person_id = fits.person_id
    and scored.regime = fits.regime
    and fits.created_at <= scored.moment_at
    and scored.moment_at < coalesce(fits.next_created_at, timestamp '9999-12-31 00:00:00')
{%- endmacro %}
