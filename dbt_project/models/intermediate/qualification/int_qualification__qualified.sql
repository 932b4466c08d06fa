-- When each person first met all minima of the version in force, once per stage. Moments at which that can be are the creations
-- of any record, and touches not before the person's first record. Grain: one row per person and stage.
{{ config(materialized='sliced', slice_by='person_id', slice_scope='people') }}

-- Touches are counted before they are given points: there are ten times as many touches as kinds of touch a person has.
with touch_counts as (
    select
        person_id,
        touch_type,
        count(*) as touches,
        min(occurred_at) as first_touch_at
    from {{ ref('int_channels__touches') }}
    where person_id is not null
    group by person_id, touch_type
),

touch_points as (
    select
        regime,
        value as touch_type,
        points
    from {{ ref('int_qualification__value_points') }}
    where dimension = 'touch_type'
),

best_intents as (
    select
        touch_counts.person_id,
        touch_points.regime,
        sum(touch_counts.touches * greatest(touch_points.points, 0)) as best_intent,
        min(touch_counts.first_touch_at) as first_touch_at
    from touch_counts
    inner join touch_points on touch_counts.touch_type = touch_points.touch_type
    group by touch_counts.person_id, touch_points.regime
),

best_fits as (
    select
        person_id,
        regime,
        max(fit_score) as best_fit
    from {{ ref('int_qualification__fit') }}
    group by person_id, regime
),

first_records as (
    select
        person_id,
        min(created_at) as first_record_at
    from {{ ref('int_identity__person_records') }}
    where created_at is not null
    group by person_id
),

-- Only those are judged who could ever reach the minima: with their best fit and no decay at all. A person without any points
-- stands at 0 and 0. A number takes the place of the two keys in all that follows.
possible as (
    select
        row_number() over (order by first_records.first_record_at) as judgement,
        first_records.person_id,
        first_records.first_record_at,
        best_intents.first_touch_at,
        regimes.regime,
        regimes.stage,
        regimes.rule_version,
        regimes.first_day,
        regimes.last_day,
        regimes.min_fit,
        regimes.min_intent,
        regimes.min_total,
        regimes.half_life_days * 86400000000.0 as half_life
    from first_records
    cross join {{ ref('int_qualification__regimes') }} as regimes
    left join best_fits
        on first_records.person_id = best_fits.person_id
        and regimes.regime = best_fits.regime
    left join best_intents
        on first_records.person_id = best_intents.person_id
        and regimes.regime = best_intents.regime
    where greatest(coalesce(best_fits.best_fit, 0), 0) + 0.000001 >= coalesce(regimes.min_fit, -1e300)
        and coalesce(best_intents.best_intent, 0) + 0.000001 >= coalesce(regimes.min_intent, -1e300)
        and greatest(coalesce(best_fits.best_fit, 0), 0) + coalesce(best_intents.best_intent, 0) + 0.000001
        >= coalesce(regimes.min_total, -1e300)
),

-- The day of each touch is asked for once, as zones are slow to ask.
dated_touches as (
    select
        person_id,
        touch_type,
        occurred_at,
        {{ local_day('occurred_at') }} as touch_day
    from {{ ref('int_channels__touches') }}
    where person_id is not null
),

-- What came before a version counts as long as it lasts; what comes after it does not matter any more.
points_given as (
    select
        possible.judgement,
        touches.occurred_at as moment_at,
        coalesce({{ epoch_micros('touches.occurred_at') }} - {{ epoch_micros('possible.first_touch_at') }}, 0) / possible.half_life as half_lives,
        coalesce(touch_points.points, 0) as points,
        possible.first_record_at <= touches.occurred_at
        and (possible.first_day is null or possible.first_day <= touches.touch_day) as is_judged,
        possible.min_intent
    from dated_touches as touches
    inner join possible on touches.person_id = possible.person_id
    left join touch_points
        on touches.touch_type = touch_points.touch_type
        and possible.regime = touch_points.regime
    where (possible.last_day is null or touches.touch_day <= possible.last_day)
        and (touch_points.points is not null or possible.first_record_at <= touches.occurred_at)

    union all

    select
        possible.judgement,
        records.created_at as moment_at,
        coalesce({{ epoch_micros('records.created_at') }} - {{ epoch_micros('possible.first_touch_at') }}, 0) / possible.half_life as half_lives,
        cast(0 as double) as points,
        true as is_judged,
        possible.min_intent
    from {{ ref('int_identity__person_records') }} as records
    inner join possible
        on records.person_id = possible.person_id
        and {{ in_force(local_day('records.created_at'), 'possible.first_day', 'possible.last_day') }}
    -- Some CRM contacts have none, and a span without ends would take them.
    where records.created_at is not null
),

intents as (
    {{ decayed_sums('points_given', 'judgement', ['is_judged', 'min_intent']) }}
),

final as (
    select
        possible.person_id,
        possible.stage,
        min(intents.moment_at) as qualified_at,
        min_by(possible.rule_version, intents.moment_at) as qualification_version
    from intents
    inner join possible on intents.judgement = possible.judgement
    left join {{ ref('int_qualification__fit') }} as fits
        on possible.person_id = fits.person_id
        and possible.regime = fits.regime
        and fits.created_at <= intents.moment_at
        and intents.moment_at < coalesce(fits.next_created_at, timestamp '9999-12-31 00:00:00')
    where intents.is_judged
        and (intents.min_intent is null or round(intents.decayed_sum, 6) >= round(intents.min_intent, 6))
        and (possible.min_fit is null or round(coalesce(fits.fit_score, 0), 6) >= round(possible.min_fit, 6))
        and (possible.min_total is null or round(coalesce(fits.fit_score, 0) + intents.decayed_sum, 6) >= round(possible.min_total, 6))
    group by possible.person_id, possible.stage
)

select * from final
