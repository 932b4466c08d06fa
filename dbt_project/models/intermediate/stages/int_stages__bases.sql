-- Which events make an MQL and an SQL: those people declare, those the rules say, or both. Grain: one row per stage (mql, sql).

with declared as (
    select distinct stage
    from {{ ref('int_stages__stage_words') }}
    where object = 'lead'
),

stages as (
    select 'mql' as stage, {{ "'" ~ var('mql_basis') ~ "'" if var('mql_basis') else 'cast(null as string)' }} as configured_basis
    union all
    select 'sql' as stage, {{ "'" ~ var('sql_basis') ~ "'" if var('sql_basis') else 'cast(null as string)' }} as configured_basis
),

based as (
    select
        stages.stage,
        coalesce(stages.configured_basis, case when declared.stage is not null then 'declared' else 'rule' end) as basis
    from stages
    left join declared on stages.stage = declared.stage
),

final as (
    select
        stage,
        basis,
        basis in ('declared', 'earliest') as takes_declared,
        basis in ('rule', 'earliest') as takes_rule
    from based
)

select * from final
