{#
    What the slice holds while it grows, in `slice_held` with the round each was found in: records, people, deals, accounts,
    addresses and numbers, each named by its kind and its id, as in `lead:00Q1`; a record's name is its node. Two that stand in one
    row of a table hold each other: a tie. Ties are laid out once, in narrow tables, as every round asks all of them.
#}

{# The names of a kind that stand in a column. #}
{% macro things(kind, column, relation, condition='true') -%}
select concat('{{ kind }}:', {{ column }}) as thing from {{ relation }} where {{ column }} is not null and {{ condition }}
{%- endmacro %}

{# The ids of one kind among things: all that the slice holds, where nothing else is said. #}
{% macro ids(kind, relation='slice_held') -%}
select substr(thing, {{ kind | length + 2 }}) as id from {{ relation }} where thing like '{{ kind }}:%'
{%- endmacro %}

{% macro ties(one_kind, one, other_kind, other, relation, condition='true') -%}
select concat('{{ one_kind }}:', {{ one }}) as one, concat('{{ other_kind }}:', {{ other }}) as other from {{ relation }}
where {{ one }} is not null and {{ other }} is not null and {{ condition }}
{%- endmacro %}

{# Holds what some queries find, with the round it was found in. #}
{% macro hold(queries, round) %}
    {% do run_query(
        'insert into slice_held select distinct found.thing, ' ~ round ~ ' as found_in from (' ~ queries | join(' union all ')
        ~ ') as found left join slice_held as held on found.thing = held.thing where held.thing is null'
    ) %}
{% endmacro %}

{% macro lay_out_ties(name, queries) %}
    {% do run_query('create temporary table ' ~ name ~ ' as ' ~ queries | join(' union all ')) %}
{% endmacro %}

{# What ties join to some things; ways lead from `one` to `other` alone. #}
{% macro reached(mutual, things, ways=[]) -%}
    {%- set queries = [] -%}
    {%- for name in mutual + ways -%}{%- do queries.append('select other as thing from ' ~ name ~ ' where one in (' ~ things ~ ')') -%}{%- endfor -%}
    {%- for name in mutual -%}{%- do queries.append('select one as thing from ' ~ name ~ ' where other in (' ~ things ~ ')') -%}{%- endfor -%}
    {{ return(queries) }}
{%- endmacro %}

{# Each round reaches one step further from what the last one added; chains of people and deals are short. Returns the last round. #}
{% macro grow_until_closed(round, mutual, ways=[]) %}
    {%- set state = namespace(is_growing=true, round=round) -%}
    {% for step in range(1000) if state.is_growing %}
        {% do hold(reached(mutual, 'select thing from slice_held where found_in = ' ~ state.round, ways), state.round + 1) %}
        {%- set state.round = state.round + 1 -%}
        {%- set state.is_growing = run_query('select count(*) > 0 as is_growing from slice_held where found_in = ' ~ state.round).columns[0].values()[0] -%}
    {% endfor %}
    {{ return(state.round) }}
{% endmacro %}

{# What makes records one person: whose they are, what they name of each other, and the addresses they share. #}
{% macro person_ties() %}
    {%- set contacts, leads, crm_contacts = former('stg_marketing__contacts'), former('stg_crm__leads'), former('stg_crm__contacts') -%}
    {{ return([
        "select node as one, concat('person:', person_id) as other from " ~ former('int_identity__record_people'),
        "select node as one, concat('email:', usable_email) as other from " ~ former('int_identity__records') ~ ' where usable_email is not null',
        ties('contact', 'contact_id', 'contact', 'merged_into_contact_id', contacts),
        ties('contact', 'contact_id', 'lead', 'crm_lead_id', contacts),
        ties('lead', 'lead_id', 'lead', 'merged_into_lead_id', leads),
        ties('lead', 'lead_id', 'contact', 'marketing_contact_id', leads),
        ties('lead', 'lead_id', 'crm_contact', 'converted_contact_id', leads),
        ties('crm_contact', 'crm_contact_id', 'crm_contact', 'merged_into_crm_contact_id', crm_contacts),
    ]) }}
{% endmacro %}

{# Whose a deal is. #}
{% macro deal_ties() %}
    {%- set deals = former('stg_crm__opportunities') -%}
    {{ return([
        ties('person', 'person_id', 'opportunity', 'opportunity_id', former('int_revenue__deal_people')),
        ties('lead', 'lead_id', 'opportunity', 'converted_opportunity_id', former('stg_crm__leads')),
        ties('lead', 'lead_id', 'opportunity', 'opportunity_id', deals),
        ties('crm_contact', 'primary_crm_contact_id', 'opportunity', 'opportunity_id', deals),
        ties('crm_contact', 'crm_contact_id', 'opportunity', 'opportunity_id', former('stg_crm__opportunity_contacts')),
    ]) }}
{% endmacro %}

{# Whose a deal may be that nothing stronger links: everybody's of its account. #}
{% macro account_ties() %}
    {{ return([
        ties('opportunity', 'opportunity_id', 'account', 'account_id', 'loose_deal'),
        ties('person', 'person_id', 'account', 'account_id', former('int_identity__person_accounts'),
            'account_id in (select account_id from loose_deal)'),
    ]) }}
{% endmacro %}

{#
    Numbers join records too: whoever has no address is joined by one. Those that may live tonight though they did not are reached
    by it, and of all others as many as show that more have it than may share it: it joins nobody then, in the slice as in the whole.
#}
{% macro number_ways() %}
    {%- set records = former('int_identity__records') -%}
    {%- set is_joined = 'phone is not null and usable_email is null' -%}
    {%- set crowd -%}
        select
            concat('phone:', phone) as one,
            node as other
        from (
            select
                records.node,
                records.phone,
                row_number() over (partition by records.phone order by records.node) as place
            from {{ records }} as records
            inner join {{ former('int_identity__survivors') }} as survivors on records.node = survivors.node
            where records.phone in (select phone from {{ records }} where {{ is_joined }} union all {{ ids('phone') }})
                and survivors.is_live and survivors.excluded_as is null
                and records.node not in (select node from stirred_node)
        ) as holders
        where place <= {{ var('max_phone_sharing') }} + 1
    {%- endset -%}
    {{ return([
        "select node as one, concat('phone:', phone) as other from " ~ records ~ ' where ' ~ is_joined,
        "select concat('phone:', phone) as one, node as other from " ~ records ~ ' where phone is not null and node in (select node from stirred_node)',
        crowd,
    ]) }}
{% endmacro %}

{# What activities name together. #}
{% macro doing_ties() %}
    {%- set activities = former('stg_crm__activities') -%}
    {{ return([
        ties('lead', 'lead_id', 'crm_contact', 'crm_contact_id', activities),
        ties('lead', 'lead_id', 'opportunity', 'opportunity_id', activities),
        ties('crm_contact', 'crm_contact_id', 'opportunity', 'opportunity_id', activities),
    ]) }}
{% endmacro %}
