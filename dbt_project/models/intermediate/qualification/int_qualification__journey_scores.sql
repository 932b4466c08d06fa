-- Fit and intent at the moment a journey became MQL or SQL, under the version in force then. Grain: one row per person, stage
-- and instant.

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

final as (
    select
        person_id,
        stage,
        moment_at,
        rule_version,
        fit_score,
        intent_score
    from (
        {{ qualification_scores('moments') }}
    ) as scores
)

select * from final
