{# The keys that a slice holds, one table of `slice_keys` each: those tonight's rows name, and how they reach further. #}

{% macro key_sets() -%}
{{ return([
    'node', 'stirred_node', 'lead_id', 'contact_id', 'crm_contact_id', 'person_id', 'journey_id', 'touch_id', 'activity_id', 'history_id',
    'opportunity_id', 'account_id', 'loose_opportunity_id', 'anonymous_id', 'email', 'phone', 'domain'
]) }}
{%- endmacro %}

{# Adds what a query finds to a set of keys, with the round it was found in. #}
{% macro add_keys(name, query, round) %}
    {% do run_query(
        'insert into slice_keys.' ~ name ~ ' select distinct found.' ~ name ~ ', ' ~ round ~ ' as found_in from (' ~ query ~ ') as found left join slice_keys.'
        ~ name ~ ' as held on found.' ~ name ~ ' = held.' ~ name ~ ' where found.' ~ name ~ ' is not null and held.' ~ name ~ ' is null'
    ) %}
{% endmacro %}

{# The keys that tonight's rows of records and deals name, in them and in what the former night made of the same records. #}
{% macro plant_records() %}
    {%- set records = former('int_identity__records') -%}
    {%- set accounts = former('stg_crm__accounts') -%}
    {%- set changed_users = 'select user_id from ' ~ changed('crm_user') -%}
    {% for name in key_sets() %}
        {% do run_query('create table slice_keys.' ~ name ~ ' (' ~ name ~ ' string, found_in int)') %}
    {% endfor %}
    {% for table, key in [('marketing_contact', 'contact_id'), ('crm_lead', 'lead_id'), ('crm_contact', 'crm_contact_id')] %}
        {% do add_keys(key, 'select ' ~ key ~ ' from ' ~ changed(table), 0) %}
        {% do add_keys(key, 'select merged_into_' ~ key ~ ' as ' ~ key ~ ' from ' ~ changed(table), 0) %}
        {% do add_keys('email', 'select ' ~ valid_email('email') ~ ' as email from ' ~ changed(table), 0) %}
        {% do add_keys('phone', 'select ' ~ valid_phone('phone') ~ ' as phone from ' ~ changed(table), 0) %}
    {% endfor %}
    {% do plant_stirred_records() %}
    {% for detail in ['email', 'phone'] %}
        {% do add_keys(detail, 'select ' ~ detail ~ ' from ' ~ records ~ ' where node in (select stirred_node from slice_keys.stirred_node)', 0) %}
    {% endfor %}
    {% do add_keys('account_id', 'select account_id from ' ~ accounts ~ " where domain in (select split_part(email, '@', 2) from slice_keys.email)"
        ~ ' and domain not in (' ~ free_mail_domains() ~ ')', 0) %}
    {#- An address that many read joins nobody. -#}
    {% do run_query(
        'delete from slice_keys.email where exists (select 1 from (select trim(' ~ list_elements(plain_text('pattern')) ~ ') as pattern from '
        ~ former('shared_mailboxes', 'seed') ~ ') as patterns where slice_keys.email.email like patterns.pattern)'
    ) %}
    {% for name, query in [
        ('lead_id', 'select crm_lead_id as lead_id from ' ~ changed('marketing_contact')),
        ('contact_id', 'select marketing_contact_id as contact_id from ' ~ changed('crm_lead')),
        ('crm_contact_id', 'select converted_contact_id as crm_contact_id from ' ~ changed('crm_lead')),
        ('account_id', 'select converted_account_id as account_id from ' ~ changed('crm_lead')),
        ('opportunity_id', 'select converted_opportunity_id as opportunity_id from ' ~ changed('crm_lead')),
        ('account_id', 'select account_id from ' ~ changed('crm_contact')),
        ('account_id', 'select account_id from ' ~ changed('crm_account')),
        ('node', 'select node from ' ~ records ~ ' where account_id in (select account_id from ' ~ changed('crm_account') ~ ')'),
        ('domain', 'select domain from ' ~ accounts ~ ' where account_id in (select account_id from ' ~ changed('crm_account') ~ ')'),
        ('domain', 'select ' ~ plain_text('domain') ~ ' as domain from ' ~ changed('crm_account')),
        ('opportunity_id', 'select opportunity_id from ' ~ changed('crm_opportunity')),
        ('lead_id', 'select lead_id from ' ~ changed('crm_opportunity')),
        ('crm_contact_id', 'select primary_crm_contact_id as crm_contact_id from ' ~ changed('crm_opportunity')),
        ('account_id', 'select account_id from ' ~ changed('crm_opportunity')),
        ('opportunity_id', 'select opportunity_id from ' ~ changed('crm_opportunity_contact')),
        ('crm_contact_id', 'select crm_contact_id from ' ~ changed('crm_opportunity_contact')),
        ('history_id', 'select history_id from ' ~ changed('crm_lead_history')),
        ('lead_id', 'select lead_id from ' ~ changed('crm_lead_history')),
        ('lead_id', 'select lead_id from ' ~ former('stg_crm__leads') ~ ' where trim(owner_user_id) in (' ~ changed_users ~ ')'),
        ('lead_id', 'select lead_id from ' ~ former('int_sla__lead_values') ~ " where field = 'owner_user_id' and value in (" ~ changed_users ~ ')'),
    ] %}
        {% do add_keys(name, query, 0) %}
    {% endfor %}
    {% do run_query('delete from slice_keys.domain where domain in (' ~ free_mail_domains() ~ ')') %}
    {% do plant_loose_deals() %}
{% endmacro %}

{#
    Deals that an account may link to people: those that no lead or contact linked in the former night, those that changed, and
    those whose leads or contacts changed and may link them no more. Other deals do not hold the people of an account together.
#}
{% macro plant_loose_deals() %}
    {%- set links = former('int_revenue__deal_people') -%}
    {%- set name = 'loose_opportunity_id' -%}
    {% for query in [
        'select opportunity_id as loose_opportunity_id from ' ~ former('stg_crm__opportunities') ~ ' where opportunity_id not in (select opportunity_id from '
            ~ links ~ " where link_rule <> 'account')",
        'select opportunity_id as loose_opportunity_id from slice_keys.opportunity_id',
        'select opportunity_id as loose_opportunity_id from ' ~ links ~ ' where person_id in (select person_id from ' ~ former('int_identity__record_people')
            ~ ' where node in (' ~ named_nodes() ~ ') or node in (select stirred_node from slice_keys.stirred_node))',
    ] %}
        {% do add_keys(name, query, 0) %}
    {% endfor %}
{% endmacro %}

{#
    Records that may be merged, deleted or alive tonight though they were not: those that changed, and whatever merges lead
    from or to them. Everything else lives as it lived.
#}
{% macro plant_stirred_records() %}
    {%- set records = former('int_identity__records') -%}
    {% do add_keys('stirred_node', 'select node as stirred_node from (' ~ named_nodes() ~ ') as named', 0) %}
    {%- set state = namespace(held=-1, found=0) -%}
    {% for step in range(1000) if state.found > state.held %}
        {%- set state.held = state.found -%}
        {% do add_keys('stirred_node', 'select node as stirred_node from ' ~ records ~ ' where merged_into_node in (select stirred_node from slice_keys.stirred_node)', 0) %}
        {% do add_keys('stirred_node', 'select merged_into_node as stirred_node from ' ~ records ~ ' where node in (select stirred_node from slice_keys.stirred_node)', 0) %}
        {%- set state.found = run_query('select count(*) from slice_keys.stirred_node').columns[0].values()[0] | int -%}
    {% endfor %}
    {% do add_keys('node', 'select stirred_node as node from slice_keys.stirred_node', 0) %}
{% endmacro %}

{# The records that the sets of ids name. #}
{% macro named_nodes() -%}
select concat('contact:', contact_id) as node from slice_keys.contact_id
union all select concat('lead:', lead_id) as node from slice_keys.lead_id
union all select concat('crm_contact:', crm_contact_id) as node from slice_keys.crm_contact_id
{%- endmacro %}

{# Domains that never say which account somebody is at. #}
{% macro free_mail_domains() -%}
select {{ plain_text('domain') }} from {{ former('free_mail_domains', 'seed') }} where {{ plain_text('domain') }} is not null
{%- endmacro %}

{#
    Live records that have a number of the slice. Where more have it than may share it, as many as show that are enough: it
    joins nobody, in the slice as in the whole.
#}
{% macro crowd() -%}
select node
from (
    select
        records.node,
        row_number() over (partition by records.phone order by records.node) as place
    from {{ former('int_identity__records') }} as records
    inner join {{ former('int_identity__survivors') }} as survivors on records.node = survivors.node
    where records.phone in ({fresh})
        and survivors.is_live and survivors.excluded_as is null
        and records.node not in (select stirred_node from slice_keys.stirred_node)
) as holders
where place <= {{ var('max_phone_sharing') }} + 1
{%- endmacro %}

{#
    Touches and activities change no record: what they add are people whose records and deals are what they were. Touches whose
    person may be another are tonight's, those of a contact or an address that the slice holds, and all that share an anonymous
    id with one of them: who claimed it decides. The people of those, before and now, are the people tonight's touches change.
#}
{% macro plant_happenings(round) %}
    {%- set touches, activities = former('stg_marketing__touches'), former('stg_crm__activities') -%}
    {%- set tonight = changed('marketing_touch') -%}
    {%- set named = 'touch_id, contact_id, email, anonymous_id from ' ~ touches ~ ' where ' -%}
    {% do run_query(
        'create table slice_keys.stirred_touch as select touch_id, contact_id, ' ~ valid_email('email') ~ ' as email, anonymous_id from ' ~ tonight
        ~ ' union all select ' ~ named ~ 'touch_id in (select touch_id from ' ~ tonight ~ ')'
        ~ ' union all select ' ~ named ~ 'contact_id in (select contact_id from slice_keys.contact_id)'
        ~ ' union all select ' ~ named ~ 'email in (select email from slice_keys.email)'
    ) %}
    {%- set stirred = ' from slice_keys.stirred_touch' -%}
    {% for name, query in [
        ('touch_id', 'select touch_id' ~ stirred),
        ('anonymous_id', 'select anonymous_id' ~ stirred),
        ('touch_id', 'select touch_id from ' ~ touches ~ ' where anonymous_id in (select anonymous_id from slice_keys.anonymous_id)'),
        ('person_id', 'select person_id from ' ~ former('int_channels__touches') ~ ' where touch_id in (select touch_id from slice_keys.touch_id)'),
        ('contact_id', 'select contact_id' ~ stirred),
        ('node', 'select node from ' ~ former('int_identity__records') ~ ' where usable_email in (select email' ~ stirred ~ ')'),
        ('activity_id', 'select activity_id from ' ~ changed('crm_activity')),
    ] %}
        {% do add_keys(name, query, round) %}
    {% endfor %}
    {% for key in ['lead_id', 'crm_contact_id', 'opportunity_id'] %}
        {% do add_keys(key, 'select ' ~ key ~ ' from ' ~ changed('crm_activity'), round) %}
        {% do add_keys('activity_id', 'select activity_id from ' ~ activities ~ ' where ' ~ key ~ ' in (select ' ~ key ~ ' from slice_keys.' ~ key ~ ')', round) %}
    {% endfor %}
{% endmacro %}

{#
    How the slice reaches on: (the set it reaches from, the set it adds to, a query). `{fresh}` stands for the keys of the
    first set that the last round added. Once the records are settled, nothing joins or parts people any more, and what is left
    to find are activities.
#}
{% macro growth_rules(is_settled) %}
    {{ return(holding_rules() + (activity_rules() if is_settled else joining_rules())) }}
{% endmacro %}

{# What people, their records and their deals hold together. #}
{% macro holding_rules() %}
    {%- set people, links = former('int_identity__record_people'), former('int_revenue__deal_people') -%}
    {%- set leads, deals, roles = former('stg_crm__leads'), former('stg_crm__opportunities'), former('stg_crm__opportunity_contacts') -%}
    {%- set rules = [
        ('node', 'person_id', 'select person_id from ' ~ people ~ ' where node in ({fresh})'),
        ('person_id', 'node', 'select node from ' ~ people ~ ' where person_id in ({fresh})'),
        ('person_id', 'opportunity_id', 'select opportunity_id from ' ~ links ~ ' where person_id in ({fresh})'),
        ('opportunity_id', 'person_id', 'select person_id from ' ~ links ~ ' where opportunity_id in ({fresh})'),
        ('lead_id', 'history_id', 'select history_id from ' ~ former('stg_crm__lead_history') ~ ' where lead_id in ({fresh})'),
        ('lead_id', 'opportunity_id', 'select converted_opportunity_id as opportunity_id from ' ~ leads ~ ' where lead_id in ({fresh})'),
        ('opportunity_id', 'lead_id', 'select lead_id from ' ~ leads ~ ' where converted_opportunity_id in ({fresh})'),
        ('lead_id', 'opportunity_id', 'select opportunity_id from ' ~ deals ~ ' where lead_id in ({fresh})'),
        ('opportunity_id', 'lead_id', 'select lead_id from ' ~ deals ~ ' where opportunity_id in ({fresh})'),
        ('crm_contact_id', 'opportunity_id', 'select opportunity_id from ' ~ deals ~ ' where primary_crm_contact_id in ({fresh})'),
        ('opportunity_id', 'crm_contact_id', 'select primary_crm_contact_id as crm_contact_id from ' ~ deals ~ ' where opportunity_id in ({fresh})'),
        ('crm_contact_id', 'opportunity_id', 'select opportunity_id from ' ~ roles ~ ' where crm_contact_id in ({fresh})'),
        ('opportunity_id', 'crm_contact_id', 'select crm_contact_id from ' ~ roles ~ ' where opportunity_id in ({fresh})'),
    ] -%}
    {% for kind in ['contact', 'lead', 'crm_contact'] %}
        {% do rules.append((kind ~ '_id', 'node', "select concat('" ~ kind ~ ":', " ~ kind ~ '_id) as node from ({fresh}) as fresh')) %}
        {% do rules.append(('node', kind ~ '_id', 'select substr(node, ' ~ (kind | length + 2) ~ ') as ' ~ kind ~ "_id from ({fresh}) as fresh where node like '" ~ kind ~ ":%'")) %}
    {% endfor %}
    {#- Whatever a record names, and whatever names it. -#}
    {% for table, kind, column, named in [
        ('stg_marketing__contacts', 'contact', 'merged_into_contact_id', 'contact'),
        ('stg_marketing__contacts', 'contact', 'crm_lead_id', 'lead'),
        ('stg_crm__leads', 'lead', 'merged_into_lead_id', 'lead'),
        ('stg_crm__leads', 'lead', 'marketing_contact_id', 'contact'),
        ('stg_crm__leads', 'lead', 'converted_contact_id', 'crm_contact'),
        ('stg_crm__contacts', 'crm_contact', 'merged_into_crm_contact_id', 'crm_contact'),
    ] %}
        {% do rules.append((kind ~ '_id', named ~ '_id', 'select ' ~ column ~ ' as ' ~ named ~ '_id from ' ~ former(table) ~ ' where ' ~ kind ~ '_id in ({fresh})')) %}
        {% do rules.append((named ~ '_id', kind ~ '_id', 'select ' ~ kind ~ '_id from ' ~ former(table) ~ ' where ' ~ column ~ ' in ({fresh})')) %}
    {% endfor %}
    {{ return(rules) }}
{% endmacro %}

{# What may join or part people, or link a deal to others: shared addresses and numbers, and accounts of deals that nothing stronger links. #}
{% macro joining_rules() %}
    {%- set records, accounts = former('int_identity__records'), former('int_identity__person_accounts') -%}
    {%- set deals = former('stg_crm__opportunities') -%}
    {%- set loose = ' and opportunity_id in (select loose_opportunity_id from slice_keys.loose_opportunity_id)' -%}
    {{ return([
        ('email', 'node', 'select node from ' ~ records ~ ' where usable_email in ({fresh})'),
        ('node', 'email', 'select usable_email as email from ' ~ records ~ ' where node in ({fresh})'),
        ('node', 'phone', 'select phone from ' ~ records ~ ' where node in ({fresh}) and usable_email is null'),
        ('phone', 'node', 'select node from ' ~ records ~ ' where phone in ({fresh}) and node in (select stirred_node from slice_keys.stirred_node)'),
        ('phone', 'node', crowd()),
        ('domain', 'node', 'select node from ' ~ records ~ " where split_part(email, '@', 2) in ({fresh})"),
        ('history_id', 'lead_id', 'select lead_id from ' ~ former('stg_crm__lead_history') ~ ' where history_id in ({fresh})'),
        ('person_id', 'account_id', 'select account_id from ' ~ accounts ~ ' where person_id in ({fresh})'),
        ('account_id', 'opportunity_id', 'select opportunity_id from ' ~ deals ~ ' where account_id in ({fresh})' ~ loose),
        ('account_id', 'opportunity_id', 'select opportunity_id from ' ~ changed('crm_opportunity') ~ ' where account_id in ({fresh})'),
        ('opportunity_id', 'account_id', 'select account_id from ' ~ deals ~ ' where opportunity_id in ({fresh})' ~ loose),
        ('account_id', 'person_id', 'select person_id from ' ~ accounts ~ ' where account_id in ({fresh}) and account_id in (select account_id from '
            ~ deals ~ ' where opportunity_id in (select opportunity_id from slice_keys.opportunity_id)' ~ loose
            ~ ' union all select account_id from ' ~ changed('crm_opportunity') ~ ')'),
    ]) }}
{% endmacro %}

{# Activities by what they name. #}
{% macro activity_rules() %}
    {%- set activities, rules = former('stg_crm__activities'), [] -%}
    {% for key in ['lead_id', 'crm_contact_id', 'opportunity_id'] %}
        {% do rules.append((key, 'activity_id', 'select activity_id from ' ~ activities ~ ' where ' ~ key ~ ' in ({fresh})')) %}
        {% do rules.append(('activity_id', key, 'select ' ~ key ~ ' from ' ~ activities ~ ' where activity_id in ({fresh})')) %}
    {% endfor %}
    {{ return(rules) }}
{% endmacro %}

{# One round; returns whether it added anything. #}
{% macro grow_keys(round, is_settled) %}
    {%- set counts = [] -%}
    {% for name in key_sets() %}{% do counts.append('(select count(*) from slice_keys.' ~ name ~ ' where found_in = ' ~ (round - 1) ~ ')') %}{% endfor %}
    {%- set row = run_query('select ' ~ counts | join(', ')).rows[0] -%}
    {%- set fresh = {} -%}
    {% for name in key_sets() %}{% do fresh.update({name: row[loop.index0] | int}) %}{% endfor %}
    {% for from_set, to_set, query in growth_rules(is_settled) if fresh[from_set] %}
        {#- What this round added already counts too: that saves rounds, and finding a key again adds nothing. -#}
        {%- set keys = 'select ' ~ from_set ~ ' from slice_keys.' ~ from_set ~ ' where found_in >= ' ~ (round - 1) -%}
        {% do add_keys(to_set, query | replace('{fresh}', keys), round) %}
    {% endfor %}
    {{ return(fresh.values() | sum > 0) }}
{% endmacro %}
