{#
    Puts the rows of a slice in the place of the former ones of the same keys. Where `slice_by` is a list, its columns are the
    key of rows that come from no person: those of the slice take the place of their like.
#}
{% macro merge_slice(slice_relation, target_relation) %}
    {%- set key = config.require('slice_by') -%}
    {% if key is string %}
        {%- set is_former = 'former.' ~ key ~ ' in (select ' ~ key ~ ' from slice_keys.' ~ key ~ ')' -%}
    {% else %}
        {%- set same = [] -%}
        {% for column in key %}{% do same.append('former.' ~ column ~ ' is not distinct from sliced.' ~ column) %}{% endfor %}
        {%- set is_former = 'exists (select 1 from ' ~ slice_relation ~ ' as sliced where ' ~ same | join(' and ') ~ ')' -%}
    {% endif %}
    {%- set columns = adapter.get_columns_in_relation(target_relation) | map(attribute='quoted') | join(', ') -%}
    {{ return(adapter.dispatch('merge_slice')(slice_relation, target_relation, is_former, columns)) }}
{% endmacro %}

{% macro default__merge_slice(slice_relation, target_relation, is_former, columns) %}
    {% do run_query('delete from ' ~ target_relation ~ ' as former where ' ~ is_former) %}
    {% do run_query('insert into ' ~ target_relation ~ ' (' ~ columns ~ ') select ' ~ columns ~ ' from ' ~ slice_relation) %}
{% endmacro %}

{# Rows of Parquet files cannot be deleted: what stays is written anew beside them. #}
{% macro spark__merge_slice(slice_relation, target_relation, is_former, columns) %}
    {%- set query -%}
        select {{ columns }} from {{ target_relation }} as former where not coalesce({{ is_former }}, false)
        union all
        select {{ columns }} from {{ slice_relation }}
    {%- endset -%}
    {% do replace_rows(target_relation, query, 'false') %}
{% endmacro %}
