{#
    Tables of DuckDB, dropped and created in one transaction. dbt-duckdb builds beside, renames twice and drops last, each a
    statement of its own: half of what a small model costs. Readers never open the warehouse, so nobody needs the former table
    meanwhile, and a transaction that is broken off leaves it.
#}
{% materialization table, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') -%}
        {% if existing is not none %}drop {{ existing.type }} {{ existing }};{% endif %}
        {{ create_table_as(False, target_relation, sql) }}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

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
