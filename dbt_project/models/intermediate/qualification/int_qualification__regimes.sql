-- Spans of local days over which one version of a stage's rules is in force unchanged. replay_version judges all history
-- under that version whatever its dates. Grain: one row per stage and span.
-- The graph is the same under every var, or the assets would not know the order of the models:
-- depends_on: {{ ref('int_qualification__rules') }}

with thresholds as (
    select
        {{ plain_text('stage') }} as stage,
        trim(cast(rule_version as string)) as rule_version,
        {{ plain_text('cast(rule_version as string)') }} as version_key,
        cast(valid_from as date) as valid_from,
        cast(valid_until as date) as valid_until,
        cast(min_fit as double) as min_fit,
        cast(min_intent as double) as min_intent,
        cast(min_total as double) as min_total,
        cast(intent_half_life_days as double) as half_life_days
    from {{ ref('qualification_thresholds') }}
),

{% if var('replay_version') -%}
final as (
    select
        stage,
        rule_version,
        version_key,
        cast(null as date) as first_day,
        cast(null as date) as last_day,
        concat(stage, ':', rule_version) as regime,
        min_fit,
        min_intent,
        min_total,
        half_life_days
    from (
        select
            *,
            row_number() over (partition by stage order by valid_from desc nulls last) as choice
        from thresholds
        where version_key = {{ plain_text(text_literal(var('replay_version'))) }}
    ) as replayed
    where choice = 1
)
{%- else -%}
boundaries as (
    select stage, version_key, coalesce(valid_from, date '0001-01-01') as first_day from thresholds
    union
    select stage, version_key, coalesce(valid_from, date '0001-01-01') as first_day from {{ ref('int_qualification__rules') }}
    union
    select stage, version_key, valid_until + interval 1 day as first_day from {{ ref('int_qualification__rules') }} where valid_until is not null
),

spans as (
    select
        thresholds.stage,
        thresholds.rule_version,
        thresholds.version_key,
        cast(boundaries.first_day as date) as first_day,
        cast(lead(boundaries.first_day) over (
            partition by thresholds.stage, thresholds.version_key, thresholds.valid_from order by boundaries.first_day
        ) - interval 1 day as date) as next_last_day,
        thresholds.valid_until,
        thresholds.min_fit,
        thresholds.min_intent,
        thresholds.min_total,
        thresholds.half_life_days
    from thresholds
    inner join boundaries
        on thresholds.stage = boundaries.stage
        and thresholds.version_key = boundaries.version_key
        and {{ in_force('boundaries.first_day', "coalesce(thresholds.valid_from, date '0001-01-01')", 'thresholds.valid_until') }}
),

final as (
    select
        stage,
        rule_version,
        version_key,
        first_day,
        coalesce(next_last_day, valid_until) as last_day,
        concat(stage, ':', rule_version, ':', cast(first_day as string)) as regime,
        min_fit,
        min_intent,
        min_total,
        half_life_days
    from spans
)
{%- endif %}

select * from final
