{# The marts of qualified journeys: mart_mql and mart_sql differ in their stage alone. #}

{% macro qualified_mart(stage) -%}
{%- set funnel = funnel_stages() -%}
{%- set later_stages = funnel[funnel.index(stage) + 1:] -%}
{%- set version = 'qualification_version' if stage == 'mql' else 'sql_qualification_version' -%}
with journeys as (
    select
        journey_id,
        person_id,
        owner_user_id,
        original_channel,
        campaign_id,
        {{ stage }}_at,
        declared_{{ stage }}_at,
        rule_{{ stage }}_at,
        {{ version }} as qualification_version,
        potential_value,
        current_stage,
        is_reentry,
        {% for later in later_stages -%}
        case when {{ later }}_at >= {{ stage }}_at then {{ later }}_at end as {{ later }}_at,
        {% endfor -%}
        {% for later in later_stages -%}
        {{ later }}_at is not null {{ 'or' if not loop.last }}
        {% endfor -%}
        as has_advanced
    from {{ ref('fct_lead_to_deal') }}
    where {{ stage }}_at is not null
),

dated as (
    select
        *,
        {% if later_stages | length > 1 -%}
        least({% for later in later_stages %}coalesce({{ later }}_at, timestamp '9999-12-31 00:00:00'){{ ', ' if not loop.last }}{% endfor %})
        {%- else -%}
        coalesce({{ later_stages[0] }}_at, timestamp '9999-12-31 00:00:00')
        {%- endif %} as next_stage_at
    from journeys
),

touches as (
    select
        journeys.journey_id,
        count(*) as touches_before
    from journeys
    inner join {{ ref('int_channels__touches') }} as touches
        on journeys.person_id = touches.person_id
        and touches.occurred_at <= journeys.{{ stage }}_at
    group by journeys.journey_id
),

final as (
    select
        dated.journey_id,
        dated.person_id,
        dated.owner_user_id,
        owners.team,
        dated.original_channel as channel,
        dated.campaign_id,
        dated.{{ stage }}_at,
        dated.declared_{{ stage }}_at,
        dated.rule_{{ stage }}_at,
        dated.qualification_version,
        scores.fit_score,
        scores.intent_score,
        dated.potential_value,
        case dated.next_stage_at
            {% for later in later_stages -%}
            when dated.{{ later }}_at then '{{ later }}'
            {% endfor -%}
        end as next_stage,
        {{ days_from_to('dated.' ~ stage ~ '_at', "nullif(dated.next_stage_at, timestamp '9999-12-31 00:00:00')") }} as days_to_next_stage,
        case
            when dated.current_stage in ('recycled', 'disqualified') then dated.current_stage
            when dated.current_stage = 'closed_lost' then 'lost'
            when dated.current_stage = 'customer' then 'won'
            when dated.has_advanced then 'advanced'
            else 'in_progress'
        end as outcome,
        dated.is_reentry as is_nurtured,
        cast(coalesce(touches.touches_before, 0) as bigint) as touches_before
    from dated
    left join {{ ref('stg_crm__users') }} as owners on dated.owner_user_id = owners.user_id
    left join {{ ref('int_qualification__journey_scores') }} as scores
        on dated.person_id = scores.person_id
        and scores.stage = '{{ stage }}'
        and dated.{{ stage }}_at = scores.moment_at
    left join touches on dated.journey_id = touches.journey_id
)

select * from final
{%- endmacro %}
