{#
    A night that brings little computes little: `cut_slice` finds the part of the company that tonight's rows can change, and
    models with a `slice_by` are built for that part alone, in the database `slice`, then put in the place of their former rows.
    Models do not know of it. Inside a sliced model, ref and source lead to the slice of what is sliced and to the whole of
    what is not; everywhere else they lead to the whole.

    How much of a model is built is its scope. `rows`: a row of it comes of the landed rows of one key, so those that came
    tonight. `records`: it draws on records and deals, so what those of tonight hold together. `touches`: the touches whose
    person may be another. `people`: it draws on what people did, so everybody whom any of the others changes. `events`: it draws
    on what came of that, so those of the people to whom anything happened (macro find_moved_people). A model that says
    slice_scope='events' reads touches up to a person's events alone: most touches come after all of them.
#}
{% macro is_slice_night() -%}
{{ return(var('night_scope') == 'slice') }}
{%- endmacro %}

{% macro ref() -%}
    {%- set relation = builtins.ref(*varargs, **kwargs) -%}
    {%- if execute and is_slice_night() and model.config.get('slice_by') -%}
        {%- set target = graph.nodes.get('model.closedloop.' ~ varargs[-1]) -%}
        {%- if target and target.config.get('slice_by') -%}{{ return(part_of(relation, target, graph.nodes[model.unique_id])) }}{%- endif -%}
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

{% macro scope_of(node) -%}
    {%- set key = node.config.slice_by -%}
    {%- if node.config.get('slice_scope') -%}{{ return(node.config.slice_scope) }}{%- endif -%}
    {%- if node.fqn[1] == 'staging' or key is not string -%}{{ return('rows') }}{%- endif -%}
    {%- if key == 'touch_id' -%}{{ return('touches') }}{%- endif -%}
    {%- set drawn_on, ends = [node.unique_id], [] -%}
    {%- for name in drawn_on -%}
        {%- for parent in graph.nodes[name].depends_on.nodes if parent in graph.nodes and parent not in drawn_on and graph.nodes[parent].config.get('slice_by') -%}
            {#- What happened to people is all that the models beyond see of what they did. -#}
            {%- set found = ends if graph.nodes[parent].config.get('slice_scope') else drawn_on -%}
            {%- do found.append(parent) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if 'model.closedloop.stg_marketing__touches' in drawn_on -%}{{ return('people') }}{%- endif -%}
    {%- if not ends and 'model.closedloop.stg_crm__activities' not in drawn_on -%}{{ return('records') }}{%- endif -%}
    {{ return('events' if key in ['person_id', 'journey_id'] else 'people') }}
{%- endmacro %}

{# What a model of one scope needs of a table of another: the rows that were built tonight and those that stay. #}
{% macro part_of(relation, target, reader) -%}
    {%- set key, built, needed = target.config.slice_by, scope_of(target), scope_of(reader) -%}
    {%- if built == needed -%}{{ return(slice_of(relation)) }}{%- endif -%}
    {#- What no person has is looked up by its values. -#}
    {%- if key is not string -%}{{ return(relation) }}{%- endif -%}
    {%- if key == 'touch_id' -%}{{ return(gathered(relation)) }}{%- endif -%}
    {%- set is_needed = ' where ' ~ key ~ ' in (select ' ~ key ~ ' from ' ~ keys_of(needed, key) ~ ')' -%}
    {%- if built == 'rows' -%}{{ return('(select * from ' ~ relation ~ is_needed ~ ')') }}{%- endif -%}
    {%- if built == 'people' -%}
        {{ return(
            '(select * from ' ~ slice_of(relation) ~ ' where ' ~ key ~ ' not in (select ' ~ key ~ ' from ' ~ keys_of(built, key)
            ~ ' where ' ~ key ~ ' not in (select ' ~ key ~ ' from ' ~ keys_of(needed, key) ~ ')))'
        ) }}
    {%- endif -%}
    {{ return(
        '(select * from ' ~ slice_of(relation) ~ ' union all select * from ' ~ relation ~ is_needed
        ~ ' and ' ~ key ~ ' not in (select ' ~ key ~ ' from ' ~ keys_of(built, key) ~ '))'
    ) }}
{%- endmacro %}

{# The keys whose former rows a model of a scope builds anew; what came into existence tonight is in every slice. #}
{% macro keys_of(scope, key) -%}
    {%- set schemas = {'rows': 'slice_row_keys', 'records': 'slice_record_keys', 'events': 'slice_event_keys'} -%}
    {{ return(adapter.quote(target.database) ~ '.' ~ schemas.get(scope, 'slice_keys') ~ '.' ~ key) }}
{%- endmacro %}

{# Where the rows of the slice stand before they are put in their places: no file, since no other night reads them. #}
{% macro slice_of(relation) -%}
{{ return(relation.incorporate(path={'database': 'slice', 'schema': 'main'})) }}
{%- endmacro %}

{# Where touches of the slice stand, those that were built tonight among them. #}
{% macro gathered(relation) -%}
{{ return(slice_of(relation).incorporate(path={'identifier': relation.identifier ~ '__gathered'})) }}
{%- endmacro %}

{# Landed tables of which a slice has its own; the others are short. #}
{% macro sliced_tables() -%}
{{ return(['marketing_contact', 'marketing_touch', 'crm_lead', 'crm_lead_history', 'crm_contact', 'crm_activity', 'crm_opportunity']) }}
{%- endmacro %}

{#
    A table (or, with stored='view', a view) that is built whole, or in a slice night for the slice alone: then its rows of
    the slice take the place of those whose `slice_by` is in the key table of that name.
#}
{% materialization sliced, default %}
    {%- set is_view = config.get('stored') == 'view' -%}
    {%- set target_relation = this.incorporate(type='view' if is_view else 'table') -%}
    {{ run_hooks(pre_hooks) }}
    {% if is_slice_night() %}
        {%- set slice_relation, scope = slice_of(target_relation), scope_of(graph.nodes[model.unique_id]) -%}
        {% call statement('main') -%}
            {{ create_view_as(slice_relation, sql) if is_view else create_table_as(False, slice_relation, sql) }}
        {%- endcall %}
        {% if not is_view %}
            {% if config.get('slice_by') == 'touch_id' %}{% do gather_touches(slice_relation, target_relation, scope) %}{% endif %}
            {% do merge_slice(slice_relation, target_relation, scope) %}
            {% if config.get('slice_scope') == 'people' %}{% do find_moved_people() %}{% endif %}
        {% endif %}
    {% else %}
        {% call statement('main') -%}
            {{ instead_of(load_cached_relation(this)) }}{{ create_view_as(target_relation, sql) if is_view else create_table_as(False, target_relation, sql) }}
        {%- endcall %}
    {% endif %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# Touches that models of a wider scope need, found once for all their readers: staged, those whose person may be another; with their persons, those of the people. #}
{% macro gather_touches(slice_relation, target_relation, scope) %}
    {%- set key = 'touch_id' if scope == 'rows' else 'person_id' -%}
    {% do run_query(
        'create table ' ~ gathered(target_relation) ~ ' as select * from ' ~ slice_relation ~ ' union all select * from ' ~ target_relation ~ ' where ' ~ key
        ~ ' in (select ' ~ key ~ ' from slice_keys.' ~ key ~ ') and touch_id not in (select touch_id from ' ~ keys_of(scope, 'touch_id') ~ ')'
    ) %}
{% endmacro %}
