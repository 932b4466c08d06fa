-- Fit and intent at the moment a journey became MQL or SQL, under the version in force then. With one or two moments a person
-- the touches are summed for each; running sums would sort them all. Grain: one row per person, stage and instant.
{{ config(materialized='sliced', slice_by='person_id', slice_scope='events') }}

with moments as (
    {% for stage in ['mql', 'sql'] -%}
    select distinct
        person_id,
        '{{ stage }}' as stage,
        {{ stage }}_at as moment_at,
        {{ local_day(stage ~ '_at') }} as moment_day
    from {{ ref('int_stages__journeys') }}
    where {{ stage }}_at is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

judged as (
    select
        moments.person_id,
        moments.stage,
        moments.moment_at,
        regimes.regime,
        regimes.rule_version,
        regimes.half_life_days
    from moments
    inner join {{ ref('int_qualification__regimes') }} as regimes
        on moments.stage = regimes.stage
        and {{ in_force('moments.moment_day', 'regimes.first_day', 'regimes.last_day') }}
),

intents as (
    select
        judged.person_id,
        judged.stage,
        judged.moment_at,
        sum(
            points.points
            * power(
                cast(2 as double),
                -coalesce({{ days_from_to('touches.occurred_at', 'judged.moment_at') }} / judged.half_life_days, 0)
            )
        ) as intent_score
    from judged
    inner join {{ ref('int_channels__touches') }} as touches
        on judged.person_id = touches.person_id
        and touches.occurred_at <= judged.moment_at
    inner join {{ ref('int_qualification__value_points') }} as points
        on points.dimension = 'touch_type'
        and touches.touch_type = points.value
        and judged.regime = points.regime
    group by judged.person_id, judged.stage, judged.moment_at
),

final as (
    select
        judged.person_id,
        judged.stage,
        judged.moment_at,
        judged.rule_version,
        round(coalesce(fits.fit_score, 0), 6) as fit_score,
        round(coalesce(intents.intent_score, 0), 6) as intent_score
    from judged
    left join {{ ref('int_qualification__fit') }} as fits
        on judged.person_id = fits.person_id
        and judged.regime = fits.regime
        and fits.created_at <= judged.moment_at
        and judged.moment_at < coalesce(fits.next_created_at, timestamp '9999-12-31 00:00:00')
    left join intents
        on judged.person_id = intents.person_id
        and judged.stage = intents.stage
        and judged.moment_at = intents.moment_at
)

select * from final
