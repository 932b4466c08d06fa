{# Aggregates of numbers that DuckDB and Spark spell differently. #}

{# Product of a group's values, nulls left out; null where there are none. #}
{% macro product_of(number) -%}{{ adapter.dispatch('product_of')(number) }}{%- endmacro %}
{% macro default__product_of(number) -%}product({{ number }}){%- endmacro %}
{% macro spark__product_of(number) -%}
case when count({{ number }}) > 0 then aggregate(collect_list({{ number }}), cast(1 as double), (product, each) -> product * each) end
{%- endmacro %}
