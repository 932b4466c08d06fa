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
