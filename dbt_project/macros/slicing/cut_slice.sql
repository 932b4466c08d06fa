{#
    Finds the part of the company that tonight's rows can change, and lays tonight's keys' landed rows out in `slice_landing`.

    A row counts as of tonight when its load is new or when it came into existence between the former night's as_of and this
    one's. The slice grows in three steps, each until it grows no more. From the records that such rows are, now or in the former
    night, over everything that one person, address or number holds together: those are the records whose person may be another.
    From tonight's deals and accounts over what people and deals hold together: whose deal is whose can change there and nowhere
    else. From tonight's touches and activities, which change what people did and not who they are. Then nothing in it depends on
    anything outside, and what the models make of it is what they would make of it in the whole. Too much in it costs time, too
    little would be wrong: every rule errs on the wide side.

    Writes `slice_keys.verdict`: how many records the slice holds of how many, and whether it is worth it.
#}
{% macro cut_slice() %}
    {% for schema in ['slice_landing', 'slice_row_keys', 'slice_record_keys', 'slice_event_keys', 'slice_keys'] %}
        {% do run_query('drop schema if exists ' ~ schema ~ ' cascade') %}
        {% do run_query('create schema ' ~ schema) %}
    {% endfor %}
    {% do lay_out_changes() %}
    {% do plant_records() %}
    {% do lay_out_ties('person_ties', person_ties()) %}
    {% do lay_out_ties('number_ways', number_ways()) %}
    {%- set joined_in = grow_until_closed(0, ['person_ties'], ['number_ways']) -%}
    {% do plant_deals(joined_in + 1) %}
    {%- set settled_in = grow_until_closed(joined_in + 1, ['person_ties', 'deal_ties', 'account_ties'], ['number_ways']) -%}
    {% do plant_happenings(settled_in + 1, joined_in) %}
    {% do grow_until_closed(settled_in + 1, ['person_ties', 'deal_ties', 'doing_ties']) %}
    {% do lay_out_keys(settled_in) %}
    {#- Building a quarter of the company this way costs about what building all of it does. -#}
    {% do run_query(
        'create table slice_keys.verdict as select records_held, records_known, records_held * 4 <= records_known as is_worth_it'
        ~ ' from (select (select count(*) from slice_keys.node) as records_held, (select count(*) from '
        ~ former('int_identity__records') ~ ') as records_known) as counts'
    ) %}
    {% if run_query('select is_worth_it from slice_keys.verdict').columns[0].values()[0] %}{% do lay_out_rows() %}{% endif %}
    {#- Once models begin to change, what the former night left is gone: a second try of this night builds everything anew. -#}
    {% do run_query('update landing.night set former_as_of = null') %}
{% endmacro %}

{# A table of the former night, which the models have not touched yet. #}
{% macro former(name, resource_type='model') -%}
    {%- set node = graph.nodes[resource_type ~ '.closedloop.' ~ name] -%}
    {{ return(adapter.quote(node.schema) ~ '.' ~ adapter.quote(node.alias)) }}
{%- endmacro %}

{# Tonight's rows of a landed table. #}
{% macro changed(table) -%}
changed_{{ table }}
{%- endmacro %}

{% macro lay_out_changes() %}
    {%- set dated_by = {
        'marketing_contact': ['created_at', 'updated_at'],
        'marketing_touch': ['occurred_at'],
        'crm_lead': ['created_at', 'updated_at', 'converted_at'],
        'crm_lead_history': ['changed_at'],
        'crm_account': ['created_at'],
        'crm_contact': ['created_at'],
        'crm_opportunity': ['created_at', 'closed_at', 'close_date'],
        'crm_opportunity_contact': [],
        'crm_activity': ['occurred_at'],
    } -%}
    {%- set night = run_query('select former_as_of, as_of from landing.night') -%}
    {%- set since = "timestamp '" ~ night.columns[0].values()[0] ~ "'" -%}
    {%- set until = "timestamp '" ~ night.columns[1].values()[0] ~ "'" -%}
    {% for table, columns in dated_by.items() %}
        {%- set landed = builtins.source('landing', table) -%}
        {%- set is_new = "_load_id in (select load_id from landing.load where is_new and table_name = '" ~ table ~ "')" -%}
        {%- set begun = [] -%}
        {% for column in columns %}
            {%- set is_day = column.endswith('_date') -%}
            {#- Each apart: so it reads no more than the groups of rows that can hold such. -#}
            {% do begun.append(
                'select * from ' ~ landed ~ ' where ' ~ column
                ~ (' >= ' ~ local_day(since) if is_day else ' > ' ~ since)
                ~ ' and ' ~ column ~ ' <= ' ~ (local_day(until) if is_day else until)
                ~ ' and not ' ~ is_new
            ) %}
        {% endfor %}
        {% do run_query(
            'create temporary table ' ~ changed(table) ~ ' as select * from ' ~ landed ~ ' where ' ~ is_new
            ~ (' union all select * from (' ~ begun | join(' union ') ~ ') as begun' if begun else '')
        ) %}
    {% endfor %}
    {% do lay_out_changed_users() %}
{% endmacro %}

{# Users who came to another team or calendar: sources send all users every night. #}
{% macro lay_out_changed_users() %}
    {% do run_query(
        'create temporary table ' ~ changed('crm_user') ~ ' as select landed.user_id from ' ~ builtins.source('landing', 'crm_user') ~ ' as landed left join '
        ~ former('stg_crm__users') ~ ' as users on landed.user_id = users.user_id'
        ~ " where landed._load_id in (select load_id from landing.load where is_new and table_name = 'crm_user')"
        ~ ' and (users.user_id is null or landed.team is distinct from users.team or landed.calendar_id is distinct from users.calendar_id)'
    ) %}
{% endmacro %}

{# Every landed version of the rows that something came for tonight: the others are staged as they were. #}
{% macro lay_out_rows() %}
    {% for table, key in [
        ('marketing_contact', 'contact_id'), ('marketing_touch', 'touch_id'), ('crm_lead', 'lead_id'),
        ('crm_lead_history', 'history_id'), ('crm_contact', 'crm_contact_id'), ('crm_activity', 'activity_id'),
        ('crm_opportunity', 'opportunity_id'),
    ] %}
        {% do run_query('create table slice_row_keys.' ~ key ~ ' as select distinct ' ~ key ~ ' from ' ~ changed(table)) %}
        {%- set versions = 'select * from ' ~ builtins.source('landing', table) ~ ' where ' ~ key ~ ' in (select ' ~ key ~ ' from ' -%}
        {#- Most touches come once: of those that were never staged, no version came into existence before. -#}
        {%- set known = 'known_touch)' -%}
        {% do run_query('create table slice_landing.' ~ table ~ ' as ' ~ (
            versions ~ known ~ ' union all select * from ' ~ changed(table) ~ ' where touch_id not in (select touch_id from ' ~ known
            if table == 'marketing_touch' else versions ~ 'slice_row_keys.' ~ key ~ ')'
        )) %}
    {% endfor %}
{% endmacro %}
