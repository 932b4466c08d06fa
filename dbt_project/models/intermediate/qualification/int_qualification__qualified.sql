-- When each person first met all minima of the version in force, once per stage. Grain: one row per person and stage.

with scores as (
    {{ qualification_scores(ref('int_qualification__moments')) }}
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
