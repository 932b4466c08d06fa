{#
    The sum of doubles that does not depend on the order their rows come in, as a sum of doubles does in its last bits: the
    same night must publish the same content twice. Each value counts to `scale` decimals.
#}
{% macro exact_sum(value, scale=15) -%}
cast({{ exact_decimals(value, scale) }} as double)
{%- endmacro %}

{# The same as a decimal, to be summed further. #}
{% macro exact_decimals(value, scale=15) -%}
sum(cast({{ value }} as decimal(38, {{ scale }})))
{%- endmacro %}
