{#
    Where a test looks for two rows of one key: in a slice night among tonight's rows and those that share a column of the key
    with one of them. The other rows were looked through by the night before, on whose tests this one builds, so of two alike one
    is tonight's. It is the table itself that is read, as it stands after the merge. Null is like null. A test that only warns
    reads all rows: it stopped no night.
#}
{% macro beside_tonights(relation, columns) -%}
    {%- set is_narrowed = execute and is_slice_night() and config.get('severity') | lower == 'error' -%}
    {%- set node = graph.nodes.get('model.closedloop.' ~ relation.identifier) if is_narrowed -%}
    {%- set key = node.config.get('slice_by') if node -%}
    {%- if key is not string -%}{{ return(relation) }}{%- endif -%}
    {%- set shared = key if key in columns else columns[0] -%}
    {{ return(
        '(select * from ' ~ relation ~ ' where ' ~ shared ~ ' is null or ' ~ shared ~ ' in (select ' ~ shared ~ ' from ' ~ slice_of(relation)
        ~ ')) as beside_tonights'
    ) }}
{%- endmacro %}
