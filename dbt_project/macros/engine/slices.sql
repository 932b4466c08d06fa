{#
    Puts the rows of a slice in the place of the former ones of the same keys. Where `slice_by` is a list, its columns are the
    key of rows that come from no person: those of the slice take the place of their like.
#}
{% macro merge_slice(slice_relation, target_relation, scope) %}
    {%- set key = config.require('slice_by') -%}
    {% if key is string %}
        {%- set is_former = 'former.' ~ key ~ ' in (select ' ~ key ~ ' from ' ~ keys_of(scope, key) ~ ')' -%}
    {% else %}
        {%- set is_former = 'exists (select 1 from ' ~ slice_relation ~ ' as sliced where ' ~ is_same(key) ~ ')' -%}
    {% endif %}
    {{ return(adapter.dispatch('merge_slice')(slice_relation, target_relation, key, is_former, scope)) }}
{% endmacro %}

{% macro is_same(columns) -%}
{% for column in columns %}former.{{ column }} is not distinct from sliced.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
{%- endmacro %}

{% macro qualified(name, columns) -%}
{% for column in columns %}{{ name }}.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}

{#
    Most rows of a slice are what they were. Those stay where they are: a table whose rows are deleted and inserted again is
    packed anew at every commit, which costs more than finding the few that changed. Former rows are found once, then told by
    their place; rows of one key are told apart by a number of 64 bits: comparing forty columns costs twice as much. The slice
    stands in another database, and one transaction writes to one; the other then deletes and inserts, so that rows keep their ids.
#}
{% macro default__merge_slice(slice_relation, target_relation, key, is_former, scope) %}
    {#- Asked for as a query's: of a relation dbt asks by a macro, for which it lays out all others. -#}
    {%- set columns = get_column_schema_from_query('select * from ' ~ target_relation) | map(attribute='quoted') | list -%}
    {% do adapter.commit() %}
    {%- set paired = adapter.quote(target_relation.identifier ~ '__paired') -%}
    {% call statement('paired') -%}
        create temporary table {{ paired }} as
        select former.former_row, sliced.rowid as slice_row
        from (
            select rowid as former_row, former.*, hash({{ qualified('former', columns) }}) as content
            from {{ target_relation }} as former
            where {{ is_former }}
        ) as former
        left join {{ slice_relation }} as sliced
            on {{ 'former.' ~ key ~ ' = sliced.' ~ key if key is string else is_same(key) }}
            and former.content = hash({{ qualified('sliced', columns) }})
    {%- endcall %}
    {%- set columns, gone = columns | join(', '), ' where rowid in (select former_row from ' ~ paired ~ ' where slice_row is null)' -%}
    {%- set come = ' where rowid not in (select slice_row from ' ~ paired ~ ' where slice_row is not null)' -%}
    {%- set told, is_told = target_relation.identifier ~ '__told', scope == 'touches' or config.get('slice_scope') == 'people' -%}
    {% if is_told %}
        {% do run_query(
            'create temporary table ' ~ told ~ ' as select ' ~ columns ~ ' from ' ~ target_relation ~ gone
            ~ ' union all select ' ~ columns ~ ' from ' ~ slice_relation ~ come
        ) %}
    {% endif %}
    {% do run_query('delete from ' ~ target_relation ~ gone) %}
    {% do run_query('insert into ' ~ target_relation ~ ' (' ~ columns ~ ') select ' ~ columns ~ ' from ' ~ slice_relation ~ come) %}
    {% do run_query('drop table ' ~ paired) %}
    {% if is_told %}
        {% do adapter.commit() %}
        {% call statement('told') -%}create table {{ told_by(target_relation.identifier) }} as select * from temp.{{ told }}{%- endcall %}
        {% do run_query('drop table temp.' ~ told) %}
    {% endif %}
{% endmacro %}

{# Rows of Parquet files cannot be deleted: what stays is written anew beside them. #}
{% macro spark__merge_slice(slice_relation, target_relation, key, is_former, scope) %}
    {%- set columns = adapter.get_columns_in_relation(target_relation) | map(attribute='quoted') | list -%}
    {%- set query -%}
        select {{ columns | join(', ') }} from {{ target_relation }} as former where not coalesce({{ is_former }}, false)
        union all
        select {{ columns | join(', ') }} from {{ slice_relation }}
    {%- endset -%}
    {% do replace_rows(target_relation, query, 'false') %}
{% endmacro %}
