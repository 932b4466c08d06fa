{# The rounds of the iterative models: merges followed, persons joined, journeys cut, channels passed through. #}

{#
    Merge pointers, doubled: after round r each loser points 2^r merges on. Losers whose pointer has not come to rest
    after more rounds than any chain can need run in a cycle; the model that reads the table resolves them.
#}
{% macro follow_merges(relation, round) %}
    {%- set counts = run_query('select count(*) as pointers, count(case when not is_at_rest then 1 end) as losers from ' ~ relation) -%}
    {#- No chain is longer than there are pointers: what has not come to rest by then runs in a cycle. -#}
    {% if counts.columns[1].values()[0] == 0 or 2 ** (round - 1) > counts.columns[0].values()[0] %}{{ return(false) }}{% endif %}
    {%- set query -%}
        select
            pointers.node,
            pointers.direct_target,
            case when pointers.is_at_rest then pointers.target else further.target end as target,
            pointers.is_at_rest or further.is_at_rest as is_at_rest
        from {{ relation }} as pointers
        inner join {{ relation }} as further on pointers.target = further.node
    {%- endset -%}
    {% do replace_rows(relation, query, 'not is_at_rest') %}
    {{ return(true) }}
{% endmacro %}

{#
    Labels of connected records: each record takes the smallest label among itself and its neighbours, then the label of
    the record so named. Ends when a round changes no label: then a component shares its smallest record.
#}
{% macro spread_labels(relation, round) %}
    {%- set edges = ref('int_identity__edges') -%}
    {%- set query -%}
        select
            lowest.node,
            least(lowest.label, named.label) as label,
            least(lowest.label, named.label) <> lowest.former_label as is_changed
        from (
            select
                labels.node,
                labels.label as former_label,
                least(labels.label, min(neighbours.label)) as label
            from {{ relation }} as labels
            inner join {{ edges }} as edges on labels.node = edges.node
            inner join {{ relation }} as neighbours on edges.neighbour = neighbours.node
            group by labels.node, labels.label
        ) as lowest
        inner join {{ relation }} as named on lowest.label = named.node
    {%- endset -%}
    {{ return(replace_rows(relation, query, 'is_changed') > 0) }}
{% endmacro %}

{#
    Journeys of a person, one cycle a round: the next journey begins at the first event after the end of the last that may
    begin one, and ends at the first event that ends it. A closing ends a journey only where its deal was created in it, a
    status that repeats a loss none to which that loss belongs.
#}
{% macro cut_journeys(relation, round) %}
    {%- set timeline = ref('int_stages__timeline') -%}
    {%- set next_cycles -%}
        with last_cycles as (
            select
                person_id,
                end_position,
                ended_at
            from {{ relation }}
            where cycle_number = {{ round }} and end_position is not null
        ),

        beginnings as (
            select
                last_cycles.person_id,
                cast({{ round + 1 }} as int) as cycle_number,
                min(timeline.position) as start_position
            from last_cycles
            inner join {{ timeline }} as timeline
                on last_cycles.person_id = timeline.person_id
                and last_cycles.end_position < timeline.position
            where timeline.may_begin and (not timeline.is_inferred or timeline.lead_created_at > last_cycles.ended_at)
            group by last_cycles.person_id
        )

        {{ journeys_ended('beginnings', timeline) }}
    {%- endset -%}
    {% do run_query('insert into ' ~ relation ~ ' ' ~ next_cycles) %}
    {%- set begun = run_query('select count(*) as begun from ' ~ relation ~ ' where cycle_number = ' ~ (round + 1)) -%}
    {{ return(begun.columns[0].values()[0] > 0) }}
{% endmacro %}

{# Journeys that begin, with where they end: both null while they run. #}
{% macro journeys_ended(beginnings, timeline) -%}
        select
            begun.person_id,
            begun.cycle_number,
            begun.start_position,
            begun.end_position,
            ends.cut_at as ended_at
        from (
            select
                beginnings.person_id,
                beginnings.cycle_number,
                beginnings.start_position,
                min(timeline.position) as end_position
            from {{ beginnings }} as beginnings
            left join {{ timeline }} as timeline
                on beginnings.person_id = timeline.person_id
                and beginnings.start_position <= timeline.position
                and timeline.may_end
                and beginnings.start_position <= coalesce(timeline.deal_created_position, 2147483647)
                and beginnings.start_position > coalesce(timeline.repeated_position, 0)
            group by beginnings.person_id, beginnings.cycle_number, beginnings.start_position
        ) as begun
        left join {{ timeline }} as ends
            on begun.person_id = ends.person_id
            and begun.end_position = ends.position
{%- endmacro %}

{#
    Expected visits of an absorbing chain, one channel a round: after round r they count the paths whose stops in between
    are among the first r channels. Paths that stop at the next one enter it, loop there any number of times and leave.
    Nothing is subtracted but the loop's probability from 1, so the solution is exact to the last digits of a double.
#}
{% macro pass_through_channel(relation, round) %}
    {%- set query -%}
        select
            passed.conversion,
            passed.from_channel,
            passed.from_number,
            passed.to_channel,
            passed.to_number,
            passed.visits + coalesce(entries.visits * exits.visits / (1 - loops.visits), 0) as visits
        from {{ relation }} as passed
        left join (select * from {{ relation }} where to_number = {{ round }}) as entries
            on passed.conversion = entries.conversion and passed.from_number = entries.from_number
        left join (select * from {{ relation }} where from_number = {{ round }}) as exits
            on passed.conversion = exits.conversion and passed.to_number = exits.to_number
        left join (select * from {{ relation }} where from_number = {{ round }} and to_number = {{ round }}) as loops
            on passed.conversion = loops.conversion
    {%- endset -%}
    {{ return(replace_rows(relation, query, 'from_number > ' ~ round) > 0) }}
{% endmacro %}
