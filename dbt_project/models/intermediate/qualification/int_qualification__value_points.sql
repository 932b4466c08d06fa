-- Points of every value that occurs, by dimension and regime: a rule is read once per value, not once per record. A
-- condition on a missing value never holds. Grain: one row per regime, dimension and value with a matching rule.

with occurring as (
    {% for dimension in ['industry', 'country', 'employee_count', 'potential_value', 'job_title'] -%}
    select distinct
        '{{ dimension }}' as dimension,
        cast({{ dimension }} as string) as value
    from {{ ref('int_identity__person_records') }}
    where {{ dimension }} is not null

    union all

    {% endfor -%}
    select distinct
        'touch_type' as dimension,
        touch_type as value
    from {{ ref('stg_marketing__touches') }}
    where touch_type is not null
),

compared as (
    select
        dimension,
        value,
        {{ plain_text('value') }} as text_value,
        -- Text is compared as text: the industry 0111 is not 111.
        case when dimension in ('employee_count', 'potential_value') then try_cast(value as double) end as number_value
    from occurring
),

matched as (
    select
        regimes.regime,
        rules.rule_id,
        compared.dimension,
        compared.value,
        rules.points
    from compared
    inner join {{ ref('int_qualification__rules') }} as rules on compared.dimension = rules.dimension
    inner join {{ ref('int_qualification__regimes') }} as regimes
        on rules.stage = regimes.stage
        and rules.version_key = regimes.version_key
        {% if not var('replay_version') -%}
        and {{ in_force('regimes.first_day', 'rules.valid_from', 'rules.valid_until') }}
        {%- endif %}
    group by regimes.regime, rules.rule_id, compared.dimension, compared.value, rules.points, rules.operator
    having
        case rules.operator
            when 'in' then bool_or(
                compared.text_value = rules.alternative
                or coalesce(compared.number_value = try_cast(rules.alternative as double), false)
            )
            when 'not_in' then not bool_or(
                compared.text_value = rules.alternative
                or coalesce(compared.number_value = try_cast(rules.alternative as double), false)
            )
            when 'contains' then bool_or(contains(compared.text_value, rules.alternative))
            when 'gte' then bool_or(compared.number_value >= rules.lowest)
            when 'lte' then bool_or(compared.number_value <= rules.lowest)
            when 'between' then bool_or(compared.number_value between rules.lowest and rules.highest)
        end
),

final as (
    select
        regime,
        dimension,
        value,
        sum(points) as points
    from matched
    group by regime, dimension, value
)

select * from final
