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
