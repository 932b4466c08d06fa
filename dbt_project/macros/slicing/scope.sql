{#
    A night that brings little computes little: `cut_slice` finds the part of the company that tonight's rows can change, and
    models with a `slice_by` are built for that part alone, in the schema `slice`, then put in the place of their former rows.
    Models do not know of it. Inside a sliced model, ref and source lead to the slice of what is sliced and to the whole of
    what is not; everywhere else they lead to the whole.
#}
{% macro is_slice_night() -%}
{{ return(var('night_scope') == 'slice') }}
{%- endmacro %}

{% macro ref() -%}
    {%- set relation = builtins.ref(*varargs, **kwargs) -%}
    {%- if execute and is_slice_night() and model.config.get('slice_by') -%}
        {%- set target = graph.nodes.get('model.closedloop.' ~ varargs[-1]) -%}
        {%- if target and target.config.get('slice_by') -%}{{ return(slice_of(relation)) }}{%- endif -%}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}

{% macro source(source_name, table_name) -%}
    {%- set relation = builtins.source(source_name, table_name) -%}
    {%- if execute and is_slice_night() and model.config.get('slice_by') and table_name in sliced_tables() -%}
        {{ return(relation.incorporate(path={'schema': 'slice_landing'})) }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}

{# Where the rows of the slice stand before they are put in their places. #}
{% macro slice_of(relation) -%}
{{ return(relation.incorporate(path={'schema': 'slice'})) }}
{%- endmacro %}

{# Landed tables of which a slice has its own; the others are short. #}
{% macro sliced_tables() -%}
{{ return(['marketing_contact', 'marketing_touch', 'crm_lead', 'crm_lead_history', 'crm_contact', 'crm_activity', 'crm_opportunity']) }}
{%- endmacro %}

{#
    A table (or, with stored='view', a view) that is built whole, or in a slice night for the slice alone: then its rows of
    the slice take the place of those whose `slice_by` is in the key table of that name in `slice_keys`.
#}
{% materialization sliced, default %}
    {%- set is_view = config.get('stored') == 'view' -%}
    {%- set target_relation = this.incorporate(type='view' if is_view else 'table') -%}
    {{ run_hooks(pre_hooks) }}
    {% if is_slice_night() %}
        {%- set slice_relation = slice_of(target_relation) -%}
        {% call statement('main') -%}
            {{ create_view_as(slice_relation, sql) if is_view else create_table_as(False, slice_relation, sql) }}
        {%- endcall %}
        {% if not is_view %}{% do merge_slice(slice_relation, target_relation) %}{% endif %}
    {% else %}
        {%- set existing = load_cached_relation(this) -%}
        {% if existing is not none %}{% do adapter.drop_relation(existing) %}{% endif %}
        {% call statement('main') -%}
            {{ create_view_as(target_relation, sql) if is_view else create_table_as(False, target_relation, sql) }}
        {%- endcall %}
    {% endif %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
