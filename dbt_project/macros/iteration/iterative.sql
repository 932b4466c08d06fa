{#
    Materialization of what no single query can say: a table built by the model's query and then advanced, round by round,
    by the macro named in `step` until that macro reports that nothing changed. A step is called with the table and the
    number of the round and returns true while it changed something. In a slice night it is the slice that is advanced.
#}
{% materialization iterative, default %}
    {%- set is_sliced = is_slice_night() and config.get('slice_by') -%}
    {%- set whole_relation = this.incorporate(type='table') -%}
    {%- set target_relation = slice_of(whole_relation) if is_sliced else whole_relation -%}
    {%- set existing = none if is_sliced else load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') -%}
        {{ instead_of(existing) }}{{ create_table_as(False, target_relation, sql) }}
    {%- endcall %}
    {%- set step = context[config.require('step')] -%}
    {%- set state = namespace(changed=true) -%}
    {#- A round at least doubles the reach of a pointer or closes one cycle; no real data needs a tenth of the bound. -#}
    {% for round in range(1, 1001) if state.changed %}
        {%- set state.changed = step(target_relation, round) -%}
    {% endfor %}
    {% if state.changed %}
        {{ exceptions.raise_compiler_error(this.name ~ ': still changing after 1000 rounds; look for one person with that many journeys') }}
    {% endif %}
    {% if is_sliced %}{% do merge_slice(target_relation, whole_relation, scope_of(graph.nodes[model.unique_id])) %}{% endif %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [whole_relation]}) }}
{% endmaterialization %}
