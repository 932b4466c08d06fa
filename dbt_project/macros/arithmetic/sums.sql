{#
    The sum of doubles that does not depend on the order their rows come in, as a sum of doubles does in its last bits: the
    same night must publish the same content twice. Each value counts to `scale` decimals. Values below 1,000 need no more than 18
    `digits`, which are cheaper to sum.
#}
{% macro exact_sum(value, scale=15, digits=38) -%}
cast({{ exact_decimals(value, scale, digits) }} as double)
{%- endmacro %}

{# The same as a decimal, to be summed further. #}
{% macro exact_decimals(value, scale=15, digits=38) -%}
sum(cast({{ value }} as decimal({{ digits }}, {{ scale }})))
{%- endmacro %}
