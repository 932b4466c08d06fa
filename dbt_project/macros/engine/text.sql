{# Functions on text and records that DuckDB and Spark spell differently. #}

{# A text, such as the value of a var, as a literal; what is null is blank. #}
{% macro text_literal(text) -%}{{ adapter.dispatch('text_literal')(text or '') }}{%- endmacro %}
{% macro default__text_literal(text) -%}'{{ text | replace("'", "''") }}'{%- endmacro %}
{% macro spark__text_literal(text) -%}'{{ text | replace("\\", "\\\\") | replace("'", "\\'") }}'{%- endmacro %}

{# True where the whole text matches the regular expression. #}
{% macro matches_whole(text, pattern) -%}{{ adapter.dispatch('matches_whole')(text, pattern) }}{%- endmacro %}
{% macro default__matches_whole(text, pattern) -%}regexp_full_match({{ text }}, '{{ pattern }}'){%- endmacro %}
{% macro spark__matches_whole(text, pattern) -%}({{ text }} rlike r'^(?:{{ pattern }})$'){%- endmacro %}

{# One row per element of a `|`-separated list; use as a select-list item. #}
{% macro list_elements(text) -%}{{ adapter.dispatch('list_elements')(text) }}{%- endmacro %}
{% macro default__list_elements(text) -%}unnest(string_split({{ text }}, '|')){%- endmacro %}
{% macro spark__list_elements(text) -%}explode(split({{ text }}, '[|]')){%- endmacro %}

{# Text of a group's values in order, separated by `|`. #}
{% macro sorted_list(text) -%}{{ adapter.dispatch('sorted_list')(text) }}{%- endmacro %}
{% macro default__sorted_list(text) -%}string_agg({{ text }}, '|' order by {{ text }}){%- endmacro %}
{% macro spark__sorted_list(text) -%}array_join(array_sort(collect_list({{ text }})), '|'){%- endmacro %}

{# Several columns as one value with named fields; records compare field by field, in order. #}
{% macro record(columns) -%}{{ adapter.dispatch('record')(columns) }}{%- endmacro %}
{% macro default__record(columns) -%}
struct_pack({% for column in columns %}{{ column.split('.')[-1] }} := {{ column }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
{% macro spark__record(columns) -%}
named_struct({% for column in columns %}'{{ column.split('.')[-1] }}', {{ column }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# Text of a group's values that are not null, in the order of a number, separated by `|`. #}
{% macro ordered_list(text, position) -%}{{ adapter.dispatch('ordered_list')(text, position) }}{%- endmacro %}
{% macro default__ordered_list(text, position) -%}string_agg({{ text }}, '|' order by {{ position }}){%- endmacro %}
{% macro spark__ordered_list(text, position) -%}
array_join(transform(array_sort(collect_list(struct({{ position }} as position, {{ text }} as text))), entry -> entry.text), '|')
{%- endmacro %}
