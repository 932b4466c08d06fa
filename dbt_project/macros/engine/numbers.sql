{# Arithmetic and aggregates of numbers that DuckDB and Spark spell differently. #}

{# How often a whole number goes into another; neither is negative. #}
{% macro whole_quotient(number, divisor) -%}{{ adapter.dispatch('whole_quotient')(number, divisor) }}{%- endmacro %}
{% macro default__whole_quotient(number, divisor) -%}({{ number }} // {{ divisor }}){%- endmacro %}
{% macro spark__whole_quotient(number, divisor) -%}({{ number }} div {{ divisor }}){%- endmacro %}

{# A whole number where products have up to 38 digits. #}
{% macro whole_of_38_digits(number) -%}{{ adapter.dispatch('whole_of_38_digits')(number) }}{%- endmacro %}
{% macro default__whole_of_38_digits(number) -%}cast({{ number }} as hugeint){%- endmacro %}
{% macro spark__whole_of_38_digits(number) -%}cast({{ number }} as decimal(38, 0)){%- endmacro %}

{# Product of a group's values, nulls left out; null where there are none. #}
{% macro product_of(number) -%}{{ adapter.dispatch('product_of')(number) }}{%- endmacro %}
{% macro default__product_of(number) -%}product({{ number }}){%- endmacro %}
{% macro spark__product_of(number) -%}
case when count({{ number }}) > 0 then aggregate(collect_list({{ number }}), cast(1 as double), (product, each) -> product * each) end
{%- endmacro %}
