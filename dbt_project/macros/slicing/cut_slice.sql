{#
    Finds the part of the company that tonight's rows can change, and lays tonight's keys' landed rows out in `slice_landing`.

    A row counts as of tonight when its load is new or when it came into existence between the former night's as_of and
    this one's. From the records, deals and accounts that such rows name, now or in the former night, the slice grows over
    everything that one person, deal, account, address or number holds together, until it grows no more: those are the records
    whose people may be others. Then it grows on from tonight's touches and activities, which change what people did and not who
    they are. Then nothing in it depends on anything outside, and what the models make of it is what they would make of it in
    the whole. Too much in it costs time, too little would be wrong: every rule errs on the wide side.

    Writes `slice_keys.verdict`: how many records the slice holds of how many, and whether it is worth it.
#}
{% macro cut_slice() %}
    {% for schema in ['slice_landing', 'slice_row_keys', 'slice_record_keys', 'slice_other_keys', 'slice_keys'] %}
        {% do run_query('drop schema if exists ' ~ schema ~ ' cascade') %}
        {% do run_query('create schema ' ~ schema) %}
    {% endfor %}
    {% do lay_out_changes() %}
    {% do plant_records() %}
    {%- set settled_in = grow_until_closed(1, false) -%}
    {% for name in key_sets() %}
        {% do run_query('create view slice_record_keys.' ~ name ~ ' as select ' ~ name ~ ' from slice_keys.' ~ name ~ ' where found_in < ' ~ settled_in) %}
        {% do run_query('create view slice_other_keys.' ~ name ~ ' as select ' ~ name ~ ' from slice_keys.' ~ name ~ ' where found_in >= ' ~ settled_in) %}
    {% endfor %}
    {% do plant_happenings(settled_in) %}
    {% do grow_until_closed(settled_in + 1, true) %}
    {% do add_keys('journey_id', 'select journey_id from ' ~ former('int_stages__journeys') ~ ' where person_id in (select person_id from slice_keys.person_id)', settled_in) %}
    {#- Building a quarter of the company this way costs about what building all of it does. -#}
    {% do run_query(
        'create table slice_keys.verdict as select records_held, records_known, records_held * 4 <= records_known as is_worth_it'
        ~ ' from (select (select count(*) from slice_keys.node) as records_held, (select count(*) from '
        ~ former('int_identity__records') ~ ') as records_known) as counts'
    ) %}
    {% if run_query('select is_worth_it from slice_keys.verdict').columns[0].values()[0] %}{% do lay_out_rows() %}{% endif %}
{% endmacro %}

{# Each round reaches one step further from what the last one added; chains of people and deals are short. Returns the round after the last. #}
{% macro grow_until_closed(first_round, is_settled) %}
    {%- set state = namespace(is_growing=true, next=first_round) -%}
    {% for step in range(1000) if state.is_growing %}
        {%- set state.is_growing = grow_keys(state.next, is_settled) -%}
        {%- set state.next = state.next + 1 -%}
    {% endfor %}
    {{ return(state.next) }}
{% endmacro %}

{# A table of the former night, which the models have not touched yet. #}
{% macro former(name, resource_type='model') -%}
    {%- set node = graph.nodes[resource_type ~ '.closedloop.' ~ name] -%}
    {{ return(adapter.quote(node.schema) ~ '.' ~ adapter.quote(node.alias)) }}
{%- endmacro %}

{# Tonight's rows of a landed table. #}
{% macro changed(table) -%}
slice_landing.changed_{{ table }}
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
        {%- set queries = ['select * from ' ~ landed ~ " where _load_id in (select load_id from landing.load where is_new and table_name = '" ~ table ~ "')"] -%}
        {% for column in columns %}
            {%- set is_day = column.endswith('_date') -%}
            {% do queries.append(
                'select * from ' ~ landed ~ ' where ' ~ column
                ~ (' >= ' ~ local_day(since) if is_day else ' > ' ~ since)
                ~ ' and ' ~ column ~ ' <= ' ~ (local_day(until) if is_day else until)
            ) %}
        {% endfor %}
        {% do run_query('create table ' ~ changed(table) ~ ' as ' ~ queries | join(' union ')) %}
    {% endfor %}
    {% do lay_out_changed_users() %}
{% endmacro %}

{# Users who came to another team or calendar: sources send all users every night. #}
{% macro lay_out_changed_users() %}
    {% do run_query(
        'create table ' ~ changed('crm_user') ~ ' as select landed.user_id from ' ~ builtins.source('landing', 'crm_user') ~ ' as landed left join '
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
        {%- set versions = ' from ' ~ builtins.source('landing', table) ~ ' where ' ~ key ~ ' in (select ' ~ key ~ ' from slice_row_keys.' ~ key ~ ')' -%}
        {#- Most touches come once, and reading the keys alone is cheaper than reading all that was ever landed. -#}
        {%- set counts = run_query('select (select count(*)' ~ versions ~ ') = (select count(*) from ' ~ changed(table) ~ ') as is_all') -%}
        {% do run_query(
            'create table slice_landing.' ~ table ~ ' as select *' ~ (' from ' ~ changed(table) if counts.columns[0].values()[0] else versions)
        ) %}
    {% endfor %}
{% endmacro %}
