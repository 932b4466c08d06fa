{#
    The people of the slice to whom anything happened, in `slice_event_keys`: those of tonight's records and activities, those who
    qualify otherwise than before, and those of whom a touch came, went or changed that is not later than all their events. Most of
    the slice are none: a touch came after all that ever happened to them. Deals and activities may bind several people, who
    then go together: everybody bound so counts as moved. Nothing here depends on what models beyond make of it.
#}
{% macro find_moved_people() %}
    {% do adapter.commit() %}
    {%- set whose = former('int_identity__record_people') -%}
    {%- set moved = [
        'select person_id from slice_record_keys.person_id',
        'select person_id from slice_keys.bound_person',
        'select person_id from ' ~ whose ~ ' where node in (select thing from slice_keys.acted_on)',
        'select person_id from ' ~ former('int_revenue__deal_people') ~ " where concat('opportunity:', opportunity_id) in (select thing from slice_keys.acted_on)",
        'select person_id from ' ~ told_by('int_qualification__qualified'),
        'select touches.person_id from ' ~ told_by('int_channels__touches') ~ ' as touches inner join ' ~ former('int_stages__timeline')
            ~ ' as timeline on touches.person_id = timeline.person_id and touches.occurred_at <= timeline.entered_at',
    ] -%}
    {%- set of_moved = ' where person_id in (select person_id from slice_event_keys.person_id)' -%}
    {%- set queries = {
        'person_id': 'select person_id from slice_keys.person_id where person_id in (' ~ moved | join(' union all ') ~ ')',
        'journey_id': 'select journey_id from slice_keys.journey_id' ~ of_moved,
        'node': 'select node from slice_keys.node where node in (select node from slice_record_keys.node union all select node from ' ~ whose ~ of_moved ~ ')',
    } -%}
    {% for kind in ['lead', 'contact', 'crm_contact'] %}
        {% do queries.update({kind ~ '_id': 'select ' ~ kind ~ '_id from slice_keys.' ~ kind ~ "_id where concat('" ~ kind ~ ":', " ~ kind ~ '_id) in (select node from slice_event_keys.node)'}) %}
    {% endfor %}
    {#- More of what people are looked up by does no harm. -#}
    {% for name in ['opportunity_id', 'activity_id', 'history_id'] %}
        {% do queries.update({name: 'select ' ~ name ~ ' from slice_keys.' ~ name}) %}
    {% endfor %}
    {% for name, query in queries.items() %}
        {% call statement(name) -%}create table slice_event_keys.{{ name }} as {{ query }}{%- endcall %}
    {% endfor %}
{% endmacro %}

{# The rows of a table that tonight's slice deleted and inserted. #}
{% macro told_by(name) -%}
slice.main.{{ name }}__told
{%- endmacro %}
