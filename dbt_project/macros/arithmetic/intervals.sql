{# Intervals of shares. #}

{#
    One bound of Wilson's score interval of a share, `side` being - for the lower and + for the upper one. Unlike the textbook
    interval it stays within 0 and 1 and says something of a share of 0 out of few. All arguments are doubles; `z` is the
    quantile of the normal distribution.
#}
{% macro wilson_bound(successes, trials, z, side) -%}
least(1, greatest(0, (
    {{ successes }} + {{ z }} * {{ z }} / 2
    {{ side }} {{ z }} * power({{ successes }} * ({{ trials }} - {{ successes }}) / {{ trials }} + {{ z }} * {{ z }} / 4, 0.5)
) / ({{ trials }} + {{ z }} * {{ z }})))
{%- endmacro %}
