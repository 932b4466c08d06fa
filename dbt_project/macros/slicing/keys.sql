{# What tonight's rows name, and the keys of what the slice holds in the end: one table of `slice_keys` each. #}

{# The records, addresses and numbers that tonight's rows of records name, in them and in what the former night made of the same records. #}
{% macro plant_records() %}
    {% do find_stirred_records() %}
    {% do run_query('create temporary table slice_held as select node as thing, 0 as found_in from stirred_node') %}
    {% do find_addresses() %}
    {% do hold([
        things('email', 'email', 'address_of_tonight', 'not is_shared'),
        things('phone', 'phone', '(' ~ details_of_tonight('phone', valid_phone('phone')) ~ ') as numbers'),
        things('lead', 'crm_lead_id', changed('marketing_contact')),
        things('contact', 'marketing_contact_id', changed('crm_lead')),
        things('crm_contact', 'converted_contact_id', changed('crm_lead')),
    ], 0) %}
{% endmacro %}

{# The deals and accounts that tonight's rows name, records whose owner, history or account they change, and what the records held so far name of deals. #}
{% macro plant_deals(round) %}
    {%- set records, leads = former('int_identity__records'), former('stg_crm__leads') -%}
    {%- set accounts, history = former('stg_crm__accounts'), former('stg_crm__lead_history') -%}
    {%- set changed_users = '(select user_id from ' ~ changed('crm_user') ~ ')' -%}
    {% do find_resettled_people() %}
    {%- set is_resettled = 'node in (select node from resettled_node)' -%}
    {%- set queries = [
        'select thing from slice_held where found_in = 0',
        'select node as thing from resettled_node',
        things('account', 'account_id', records, is_resettled),
        things('account', 'account_id', accounts, "domain in (select split_part(email, '@', 2) from (select email from address_of_tonight union all select email from "
            ~ records ~ ' where ' ~ is_resettled ~ ') as addresses) and domain not in (' ~ free_mail_domains() ~ ')'),
        things('account', 'converted_account_id', changed('crm_lead')),
        things('opportunity', 'converted_opportunity_id', changed('crm_lead')),
        things('account', 'account_id', changed('crm_contact')),
        things('account', 'account_id', changed('crm_account')),
        things('opportunity', 'opportunity_id', changed('crm_opportunity')),
        things('lead', 'lead_id', changed('crm_opportunity')),
        things('crm_contact', 'primary_crm_contact_id', changed('crm_opportunity')),
        things('account', 'account_id', changed('crm_opportunity')),
        things('opportunity', 'opportunity_id', changed('crm_opportunity_contact')),
        things('crm_contact', 'crm_contact_id', changed('crm_opportunity_contact')),
        things('lead', 'lead_id', changed('crm_lead_history')),
        things('lead', 'lead_id', history, 'history_id in (select history_id from ' ~ changed('crm_lead_history') ~ ')'),
        things('lead', 'lead_id', leads, 'trim(owner_user_id) in ' ~ changed_users),
        things('lead', 'lead_id', former('int_sla__lead_values'), "field = 'owner_user_id' and value in " ~ changed_users),
    ] -%}
    {% do run_query('create temporary table named_tonight as ' ~ queries | join(' union ')) %}
    {% do find_loose_deals() %}
    {% do lay_out_ties('deal_ties', deal_ties()) %}
    {% do lay_out_ties('account_ties', account_ties()) %}
    {% do hold(['select thing from named_tonight'] + reached(['deal_ties', 'account_ties'], 'select thing from slice_held'), round) %}
{% endmacro %}

{#
    The records of people who may be at another account tonight: whose records were found until people were joined, and whose account
    changes. All of them, since the account that one names speaks only where those before it name none: it is heard when they leave,
    or when their account does.
#}
{% macro find_resettled_people() %}
    {%- set accounts, people = former('stg_crm__accounts'), former('int_identity__record_people') -%}
    {%- set changed_accounts = '(select account_id from ' ~ changed('crm_account') ~ ')' -%}
    {%- set changed_domains = '(select domain from (select domain from ' ~ accounts ~ ' where account_id in ' ~ changed_accounts
        ~ ' union all select ' ~ plain_text('domain') ~ ' as domain from ' ~ changed('crm_account') ~ ') as domains where domain not in (' ~ free_mail_domains() ~ '))' -%}
    {#- Looked for before they are joined to anybody: on most nights they are few. -#}
    {% do run_query(
        'create temporary table resettled_node as select thing as node from slice_held union select others.node from (select node from '
        ~ former('int_identity__records') ~ ' where account_id in ' ~ changed_accounts ~ " or split_part(email, '@', 2) in " ~ changed_domains
        ~ ') as records inner join ' ~ people ~ ' as ones on records.node = ones.node inner join ' ~ people ~ ' as others on ones.person_id = others.person_id'
    ) %}
{% endmacro %}

{#
    Records that may be merged, deleted or alive tonight though they were not: those that changed, and whatever merges lead
    from or to them. Everything else lives as it lived.
#}
{% macro find_stirred_records() %}
    {%- set records, named = former('int_identity__records'), [] -%}
    {% for table, kind in [('marketing_contact', 'contact'), ('crm_lead', 'lead'), ('crm_contact', 'crm_contact')] %}
        {% do named.append(things(kind, kind ~ '_id', changed(table))) %}
        {% do named.append(things(kind, 'merged_into_' ~ kind ~ '_id', changed(table))) %}
    {% endfor %}
    {% do run_query('create temporary table stirred_node as select distinct thing as node from (' ~ named | join(' union all ') ~ ') as named') %}
    {%- set stirred = '(select node from stirred_node)' -%}
    {%- set state = namespace(held=-1, found=0) -%}
    {% for step in range(1000) if state.found > state.held %}
        {%- set state.held = state.found -%}
        {% do run_query(
            'insert into stirred_node select distinct found.node from (select node from ' ~ records ~ ' where merged_into_node in ' ~ stirred
            ~ ' union all select merged_into_node as node from ' ~ records ~ ' where merged_into_node is not null and node in ' ~ stirred
            ~ ') as found left join stirred_node as stirred on found.node = stirred.node where stirred.node is null'
        ) %}
        {%- set state.found = run_query('select count(*) from stirred_node').columns[0].values()[0] | int -%}
    {% endfor %}
{% endmacro %}

{# An address or number that tonight's records have, or had. #}
{% macro details_of_tonight(detail, valid) -%}
select {{ detail }} from {{ former('int_identity__records') }} where node in (select node from stirred_node)
{% for table in ['marketing_contact', 'crm_lead', 'crm_contact'] -%}
union all select {{ valid }} as {{ detail }} from {{ changed(table) }}
{% endfor %}
{%- endmacro %}

{# An address that many read joins nobody. #}
{% macro find_addresses() %}
    {% do run_query(
        'create temporary table address_of_tonight as select email, exists (select 1 from (select trim(' ~ list_elements(plain_text('pattern')) ~ ') as pattern from '
        ~ former('shared_mailboxes', 'seed') ~ ') as patterns where addresses.email like patterns.pattern) as is_shared from ('
        ~ details_of_tonight('email', valid_email('email')) ~ ') as addresses where email is not null'
    ) %}
{% endmacro %}

{#
    Deals that an account may link to people: those that no lead or contact links for certain, before tonight as after. For certain
    links a record that lives as it lived, where a role, a conversion or every row of the deal names it. Other deals do not hold
    the people of an account together.
#}
{% macro find_loose_deals() %}
    {%- set row = 'select opportunity_id, account_id, lead_id, primary_crm_contact_id from ' -%}
    {% do run_query('create temporary table deal_row as ' ~ row ~ former('stg_crm__opportunities') ~ ' union all ' ~ row ~ changed('crm_opportunity')) %}
    {%- set links = [
        "select opportunity_id, concat('crm_contact:', crm_contact_id) as node from " ~ former('stg_crm__opportunity_contacts'),
        "select converted_opportunity_id as opportunity_id, concat('lead:', lead_id) as node from " ~ former('stg_crm__leads'),
    ] -%}
    {% for kind, named in [('lead', 'lead_id'), ('crm_contact', 'primary_crm_contact_id')] %}
        {% do links.append(
            "select opportunity_id, concat('" ~ kind ~ ":', min(" ~ named ~ ')) as node from deal_row group by opportunity_id'
            ~ ' having count(' ~ named ~ ') = count(*) and min(' ~ named ~ ') = max(' ~ named ~ ')'
        ) %}
    {% endfor %}
    {% do run_query(
        'create temporary table loose_deal as select distinct opportunity_id, account_id from deal_row where account_id is not null'
        ~ ' and opportunity_id not in (select links.opportunity_id from (' ~ links | join(' union all ') ~ ') as links inner join '
        ~ former('int_identity__record_people') ~ ' as people on links.node = people.node where people.node = people.survivor_node'
        ~ ' and links.opportunity_id is not null and people.node not in (select node from stirred_node))'
    ) %}
{% endmacro %}

{# Domains that never say which account somebody is at. #}
{% macro free_mail_domains() -%}
select {{ plain_text('domain') }} from {{ former('free_mail_domains', 'seed') }} where {{ plain_text('domain') }} is not null
{%- endmacro %}

{#
    Touches and activities change no record: what they add are people whose records and deals are what they were. Touches whose
    person may be another are tonight's, those of a contact or an address that was found until people were joined, and all that
    share an anonymous id with one of them: who claimed it decides. The people of those, before and now, are the people tonight's
    touches change: the people of their contacts and addresses.
#}
{% macro plant_happenings(round, joined_in) %}
    {%- set joined = '(select thing from slice_held where found_in <= ' ~ joined_in ~ ') as joined' -%}
    {%- set tonight, activities = changed('marketing_touch'), changed('crm_activity') -%}
    {%- set former_activities = former('stg_crm__activities') -%}
    {%- set is_former = 'activity_id in (select activity_id from ' ~ activities ~ ')' -%}
    {%- set touches = 'select touch_id, contact_id, email, anonymous_id from ' ~ former('stg_marketing__touches') ~ ' where ' -%}
    {% do run_query('create temporary table known_touch as select touch_id from ' ~ former('stg_marketing__touches') ~ ' where touch_id in (select touch_id from ' ~ tonight ~ ')') %}
    {% do run_query(
        'create temporary table stirred_touch as select touch_id, contact_id, ' ~ valid_email('email') ~ ' as email, anonymous_id from ' ~ tonight
        ~ ' union all ' ~ touches ~ 'touch_id in (select touch_id from known_touch)'
        ~ ' union all ' ~ touches ~ 'contact_id in (' ~ ids('contact', joined) ~ ')'
        ~ ' union all ' ~ touches ~ 'email in (' ~ ids('email', joined) ~ ')'
    ) %}
    {% do run_query('insert into stirred_touch ' ~ touches ~ 'anonymous_id in (select anonymous_id from stirred_touch)') %}
    {%- set planted = [
        things('contact', 'contact_id', 'stirred_touch'),
        'select node as thing from ' ~ former('int_identity__records') ~ ' where usable_email in (select email from stirred_touch)',
    ] -%}
    {% for kind, key in [('lead', 'lead_id'), ('crm_contact', 'crm_contact_id'), ('opportunity', 'opportunity_id')] %}
        {% do planted.append(things(kind, key, activities)) %}
        {% do planted.append(things(kind, key, former_activities, is_former)) %}
    {% endfor %}
    {% do lay_out_ties('doing_ties', doing_ties()) %}
    {% do hold(planted + reached(['doing_ties'], 'select thing from slice_held'), round) %}
{% endmacro %}

{#
    The keys that models are built by, of what the slice holds: those found until the records were settled in `slice_record_keys`,
    all of them in `slice_keys`. With them stands what finds the people to whom anything happened (macro find_moved_people): those
    whom a deal or an activity binds to others, and what tonight's activities name.
#}
{% macro lay_out_keys(settled_in) %}
    {%- set history, activities, did_in = former('stg_crm__lead_history'), former('stg_crm__activities'), settled_in + 1 -%}
    {%- set queries = {
        'node': "select thing as node, found_in from slice_held where thing like 'lead:%' or thing like 'contact:%' or thing like 'crm_contact:%'",
        'touch_id': 'select distinct touch_id, ' ~ did_in ~ ' as found_in from stirred_touch',
    } -%}
    {% for kind in ['lead', 'contact', 'crm_contact', 'person', 'opportunity'] %}
        {% do queries.update({kind ~ '_id': 'select substr(thing, ' ~ (kind | length + 2) ~ ') as ' ~ kind ~ "_id, found_in from slice_held where thing like '" ~ kind ~ ":%'"}) %}
    {% endfor %}
    {% do queries.update({
        'history_id': 'select history_id, min(found_in) as found_in from (select history.history_id, leads.found_in from ' ~ history
            ~ ' as history inner join slice_keys.lead_id as leads on history.lead_id = leads.lead_id union all select history_id, 0 as found_in from '
            ~ changed('crm_lead_history') ~ ') as found group by history_id',
        'activity_id': 'select activity_id, ' ~ did_in ~ ' as found_in from (select activity_id from ' ~ changed('crm_activity')
            ~ ' union select activity_id from ' ~ activities ~ ' where lead_id in (' ~ ids('lead') ~ ') or crm_contact_id in (' ~ ids('crm_contact')
            ~ ') or opportunity_id in (' ~ ids('opportunity') ~ ')) as found',
        'journey_id': 'select journey_id, person_id, ' ~ did_in ~ ' as found_in from ' ~ former('int_stages__journeys')
            ~ ' where person_id in (select person_id from slice_keys.person_id)',
    }) %}
    {% for name, query in queries.items() %}
        {% do run_query('create table slice_keys.' ~ name ~ ' as ' ~ query) %}
        {% do run_query('create view slice_record_keys.' ~ name ~ ' as select ' ~ name ~ ' from slice_keys.' ~ name ~ ' where found_in <= ' ~ settled_in) %}
    {% endfor %}
    {% do find_bound_people() %}
    {%- set acted = [] -%}
    {% for table in [changed('crm_activity'), '(select * from ' ~ activities ~ ' where activity_id in (select activity_id from ' ~ changed('crm_activity') ~ ')) as former'] %}
        {% for kind in ['lead', 'crm_contact', 'opportunity'] %}{% do acted.append(things(kind, kind ~ '_id', table)) %}{% endfor %}
    {% endfor %}
    {% do run_query('create table slice_keys.acted_on as ' ~ acted | join(' union ')) %}
{% endmacro %}

{# Those of the slice who stand in a deal or an activity beside another person. What lives no more stands for itself. #}
{% macro find_bound_people() %}
    {%- set whose = "left join (select one, other from person_ties where other like 'person:%') as " -%}
    {% do run_query(
        'create temporary table binding as select distinct one, other from (select coalesce(ones.other, ties.one) as one, coalesce(others.other, ties.other) as other'
        ~ ' from (select one, other from deal_ties union all select one, other from doing_ties) as ties ' ~ whose ~ 'ones on ties.one = ones.one '
        ~ whose ~ 'others on ties.other = others.one where ties.one in (select thing from slice_held)) as named where one <> other'
    ) %}
    {% do run_query(
        "create table slice_keys.bound_person as select person_id from slice_keys.person_id where concat('person:', person_id) in ("
        ~ "select one as thing from binding where other not like 'opportunity:%' or other in (select other from binding group by other having count(*) > 1)"
        ~ ' union all select other from binding)'
    ) %}
{% endmacro %}
