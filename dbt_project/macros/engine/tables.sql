{#
    Tables and views of DuckDB, dropped and created in one transaction. dbt builds beside, renames twice and drops last, each a
    statement of its own: half of what a small model costs. Readers never open the warehouse, so nobody needs the former table
    meanwhile, and a transaction that is broken off leaves it.
#}
{% materialization table, adapter='duckdb' %}
    {{ return(put_in_place('table', create_table_as(False, this.incorporate(type='table'), sql))) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {{ return(put_in_place('view', create_view_as(this.incorporate(type='view'), sql))) }}
{% endmaterialization %}

{# Runs the statement that creates the model's table or view, in the place of the former one. #}
{% macro put_in_place(type, creation) %}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') -%}{{ instead_of(load_cached_relation(this)) }}{{ creation }}{%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [this.incorporate(type=type)]}) }}
{% endmacro %}

{# Makes room for what the statement after it creates: `existing` is dropped, by the engine's way of doing so. #}
{% macro instead_of(existing) -%}
    {%- if existing is not none -%}{{ adapter.dispatch('instead_of')(existing) }}{%- endif -%}
{%- endmacro %}

{% macro default__instead_of(existing) -%}
drop {{ existing.type }} {{ existing }};
{%- endmacro %}

{% macro spark__instead_of(existing) -%}
    {%- do adapter.drop_relation(existing) -%}
{%- endmacro %}

{# Puts the result of a query in the table's place; returns the number of rows for which `changed` holds in it. #}
{% macro replace_rows(relation, query, changed) %}
    {{ return(adapter.dispatch('replace_rows')(relation, query, changed)) }}
{% endmacro %}

{# In one statement: each costs as much as what a small table takes. #}
{% macro default__replace_rows(relation, query, changed) %}
    {%- set next_relation = next_of(relation) -%}
    {{ return(count_changed(
        relation,
        changed,
        create_table_as(False, next_relation, query) ~ '; drop table ' ~ relation ~ '; alter table ' ~ next_relation
        ~ ' rename to ' ~ adapter.quote(relation.identifier) ~ ';'
    )) }}
{% endmacro %}

{% macro spark__replace_rows(relation, query, changed) %}
    {%- set next_relation = next_of(relation) -%}
    {% do adapter.drop_relation(next_relation) %}
    {% do run_query(create_table_as(False, next_relation, query)) %}
    {% do adapter.drop_relation(relation) %}
    {% do adapter.rename_relation(next_relation, relation) %}
    {{ return(count_changed(relation, changed)) }}
{% endmacro %}

{% macro next_of(relation) -%}
{{ return(relation.incorporate(path={'identifier': relation.identifier ~ '__next'})) }}
{%- endmacro %}

{% macro count_changed(relation, changed, after='') -%}
{{ return(run_query(after ~ ' select count(*) as changes from ' ~ relation ~ ' where ' ~ changed).columns[0].values()[0] | int) }}
{%- endmacro %}

{#
    A table of a query, its columns as the contract has them. Texts in columns that the model calls `unpacked`, of which hardly
    two rows near each other have the same, are written down as they are: looking for a dictionary of them costs twice what
    writing them does (decision 0042).
#}
{% macro duckdb__create_table_as(temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) %}
    {%- set is_promised = config.get('contract').enforced -%}
    {%- set unpacked = config.get('unpacked', []) -%}
    {%- set columns = [] -%}
    {%- if is_promised -%}
        {{ get_assert_columns_equivalent(compiled_code) }}
        {%- for column in model['columns'].values() -%}{%- do columns.append((column['name'], column['data_type'])) -%}{%- endfor -%}
    {%- elif unpacked -%}
        {%- for column in get_column_schema_from_query(compiled_code) -%}{%- do columns.append((column.column, column.dtype)) -%}{%- endfor -%}
    {%- endif -%}
    {%- if temporary -%}
        create temporary table {{ relation.identifier }} as ({{ compiled_code }})
    {%- elif columns -%}
        create table {{ relation }} (
            {%- for name, type in columns -%}
            {{ adapter.quote(name) }} {{ type }}{{ ' using compression uncompressed' if name in unpacked }}{{ ', ' if not loop.last }}
            {%- endfor -%}
        );
        insert into {{ relation }} by name ({{ compiled_code }})
    {%- else -%}
        create table {{ relation }} as ({{ compiled_code }})
    {%- endif -%}
{% endmacro %}

{#
    The contract of a model, asked of DuckDB once: dbt asks a second time what the types of the contract are called, and calls a
    macro for each column of both. Where the columns are not word for word those of the contract dbt's own way decides, and tells.
#}
{% macro duckdb__get_assert_columns_equivalent(sql) %}
    {%- set called = {'STRING': 'VARCHAR', 'TEXT': 'VARCHAR', 'INT': 'INTEGER'} -%}
    {%- set promised, held = [], [] -%}
    {%- for column in model['columns'].values() -%}
        {%- set type = (column['data_type'] or '') | upper | replace(' ', '') -%}
        {%- do promised.append((column['name'], called.get(type, type))) -%}
    {%- endfor -%}
    {%- for column in get_column_schema_from_query(sql, config.get('sql_header')) -%}
        {%- do held.append((column.column, column.dtype)) -%}
    {%- endfor -%}
    {%- if not promised or promised | sort != held | sort -%}{{ assert_columns_equivalent(sql) }}{%- endif -%}
{% endmacro %}
