-- A returned row is a conversion and model whose credit in rows is not what the paths hold in columns.
{{ config(slice_by='journey_id') }}

with side_by_side as (
    select
        conversion,
        {% for model in touch_models() -%}
        count(case when {{ model }}_weight > 0 then 1 end) as {{ model }}_touches,
        sum({{ model }}_weight) as {{ model }}_weight,
        coalesce(sum({{ model }}_amount), 0) as {{ model }}_amount{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('fct_attribution_path') }}
    group by conversion
),

paths as (
    {% for model in touch_models() -%}
    select
        conversion,
        '{{ model }}' as model,
        {{ model }}_touches as touches,
        {{ model }}_weight as weight,
        {{ model }}_amount as amount
    from side_by_side
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

credits as (
    select
        conversion,
        model,
        count(case when weight > 0 then 1 end) as touches,
        sum(weight) as weight,
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
    or abs(paths.weight - credits.weight) > 0.000000001 * paths.weight
    or paths.amount is distinct from credits.amount
