{# Channels: the rule of lowest priority whose patterns all match. #}

{# Condition: a value satisfies a rule's pattern (`|` between alternatives), or the rule asks nothing of it. #}
{% macro satisfies(value, pattern) -%}
({{ pattern }} is null or coalesce({{ any_alternative_like(value, pattern) }}, false))
{%- endmacro %}

{% macro any_alternative_like(value, pattern) -%}{{ adapter.dispatch('any_alternative_like')(value, pattern) }}{%- endmacro %}
{% macro default__any_alternative_like(value, pattern) -%}
len(list_filter(string_split({{ pattern }}, '|'), lambda alternative: {{ value }} like trim(alternative))) > 0
{%- endmacro %}
{% macro spark__any_alternative_like(value, pattern) -%}
exists(split({{ pattern }}, '[|]'), alternative -> {{ value }} like trim(alternative))
{%- endmacro %}
