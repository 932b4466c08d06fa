-- A returned row is a stage whose declared or rule-made qualifications are not all in the agreement report.

with journeys as (
    {% for stage in ['mql', 'sql'] -%}
    select
        '{{ stage }}' as stage,
        count(declared_{{ stage }}_at) as declared,
        count(rule_{{ stage }}_at) as by_rule
    from {{ ref('fct_lead_to_deal') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

reported as (
    select
        stage,
        sum(agreed + declared_only) as declared,
        sum(agreed + rule_only) as by_rule
    from {{ ref('rpt_qualification_agreement') }}
    group by stage
)

select
    journeys.stage,
    journeys.declared,
    reported.declared as reported_declared,
    journeys.by_rule,
    reported.by_rule as reported_by_rule
from journeys
left join reported on journeys.stage = reported.stage
where journeys.declared <> coalesce(reported.declared, 0)
    or journeys.by_rule <> coalesce(reported.by_rule, 0)
