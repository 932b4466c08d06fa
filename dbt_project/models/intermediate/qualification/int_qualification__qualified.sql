-- When each person first met all minima of the version in force, once per stage. Grain: one row per person and stage.
{{ config(materialized='sliced', slice_by='person_id') }}

-- Scores are computed only for those who could ever reach the minima: with their best fit and no decay at all.
with touch_counts as (
    select
        person_id,
        touch_type,
        count(*) as touches
    from {{ ref('int_channels__touches') }}
    where person_id is not null
    group by person_id, touch_type
),

best_scores as (
    select
        person_id,
        regime,
        sum(intent_score) as best_intent,
        max(fit_score) as best_fit
    from (
        select
            touch_counts.person_id,
            points.regime,
            touch_counts.touches * greatest(points.points, 0) as intent_score,
            cast(0 as double) as fit_score
        from touch_counts
        inner join {{ ref('int_qualification__value_points') }} as points
            on points.dimension = 'touch_type'
            and touch_counts.touch_type = points.value

        union all

        select
            person_id,
            regime,
            cast(0 as double) as intent_score,
            fit_score
        from {{ ref('int_qualification__fit') }}
    ) as best_of_each
    group by person_id, regime
),

-- A person without any points stands at 0 and 0.
possible as (
    select distinct
        people.person_id,
        regimes.stage
    from (select distinct person_id from {{ ref('int_identity__person_records') }}) as people
    cross join {{ ref('int_qualification__regimes') }} as regimes
    left join best_scores
        on people.person_id = best_scores.person_id
        and regimes.regime = best_scores.regime
    where greatest(coalesce(best_scores.best_fit, 0), 0) + 0.000001 >= coalesce(regimes.min_fit, -1e300)
        and coalesce(best_scores.best_intent, 0) + 0.000001 >= coalesce(regimes.min_intent, -1e300)
        and greatest(coalesce(best_scores.best_fit, 0), 0) + coalesce(best_scores.best_intent, 0) + 0.000001
        >= coalesce(regimes.min_total, -1e300)
),

moments as (
    select
        moments.person_id,
        moments.stage,
        moments.moment_at,
        moments.moment_day
    from {{ ref('int_qualification__moments') }} as moments
    inner join possible
        on moments.person_id = possible.person_id
        and moments.stage = possible.stage
),

scores as (
    {{ qualification_scores('moments') }}
),

final as (
    select
        person_id,
        stage,
        moment_at as qualified_at,
        rule_version as qualification_version
    from (
        select
            *,
            row_number() over (partition by person_id, stage order by moment_at) as choice
        from scores
        where (min_fit is null or fit_score >= round(min_fit, 6))
            and (min_intent is null or intent_score >= round(min_intent, 6))
            and (min_total is null or total_score >= round(min_total, 6))
    ) as qualifying
    where choice = 1
)

select * from final
