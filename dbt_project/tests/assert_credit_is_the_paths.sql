-- A returned row is a conversion and model whose credit in rows is not what the paths hold in columns.

with paths as (
    {% for model in touch_models() -%}
    select
        conversion,
        '{{ model }}' as model,
        count(case when {{ model }}_weight > 0 then 1 end) as touches,
        {{ exact_decimals(model ~ '_weight') }} as weight,
        coalesce(sum({{ model }}_amount), 0) as amount
    from {{ ref('fct_attribution_path') }}
    group by conversion
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

credits as (
    select
        conversion,
        model,
        count(case when weight > 0 then 1 end) as touches,
        {{ exact_decimals('weight') }} as weight,
        coalesce(sum(attributed_amount), 0) as amount
    from {{ ref('fct_attribution_credit') }}
    group by conversion, model
)

select
    coalesce(paths.conversion, credits.conversion) as conversion,
    coalesce(paths.model, credits.model) as model
from paths
full join credits
    on paths.conversion = credits.conversion
    and paths.model = credits.model
where
    paths.touches is distinct from credits.touches
    or paths.weight is distinct from credits.weight
    or paths.amount is distinct from credits.amount
