-- Channel of every combination of signals that touches and visits carry, by the rules: lowest priority whose patterns all
-- match, `unknown` where none does. The combination without any signal is always there: spend carries none. A click id counts as
-- far as the rules read it, so that a million of them make no more combinations than one. A value is held against each pattern
-- once; values that match the same patterns then stand for each other. Grain: one row per combination.
{{ config(materialized='sliced', slice_by=['utm_source', 'utm_medium', 'referrer', 'click_id']) }}

{%- set signals = ['utm_source', 'utm_medium', 'referrer', 'click_id'] %}

with touches as (
    select
        {{ plain_text('utm_source') }} as utm_source,
        {{ plain_text('utm_medium') }} as utm_medium,
        {{ plain_text('referrer_url') }} as referrer,
        {{ plain_text('click_id') }} as click_id
    from {{ ref('stg_marketing__touches') }}
    where channel is null
),

combinations as (
    select distinct
        touches.utm_source,
        touches.utm_medium,
        touches.referrer,
        substr(touches.click_id, 1, heads.characters) as click_id
    from touches
    left join {{ ref('int_channels__click_id_heads') }} as heads on substr(touches.click_id, 1, 3) = heads.head

    union

    select
        {{ plain_text('utm_source') }} as utm_source,
        {{ plain_text('utm_medium') }} as utm_medium,
        cast(null as string) as referrer,
        cast(null as string) as click_id
    from {{ ref('stg_marketing__web_visits') }}
    where channel is null

    union

    select
        cast(null as string) as utm_source,
        cast(null as string) as utm_medium,
        cast(null as string) as referrer,
        cast(null as string) as click_id
),

rules as (
    select
        priority,
        utm_source,
        utm_medium,
        referrer,
        click_id,
        channel,
        confidence
    from {{ ref('int_channels__rules') }}
    where lead_source is null
),

signal_values as (
    {% for signal in signals -%}
    select distinct
        '{{ signal }}' as signal,
        {{ signal }} as value
    from combinations
    where {{ signal }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

patterns as (
    {% for signal in signals -%}
    select distinct
        '{{ signal }}' as signal,
        {{ signal }} as pattern
    from rules
    where {{ signal }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

traits as (
    select
        signal_values.signal,
        signal_values.value,
        {{ sorted_list('patterns.pattern') }} as matched_patterns
    from signal_values
    inner join patterns
        on signal_values.signal = patterns.signal
        and {{ any_alternative_like('signal_values.value', 'patterns.pattern') }}
    group by signal_values.signal, signal_values.value
),

stand_ins as (
    select
        signal,
        value,
        min(value) over (partition by signal, matched_patterns) as stand_in
    from traits
),

-- A value that matches no pattern is to the rules as none at all.
reduced as (
    select
        {% for signal in signals -%}
        combinations.{{ signal }},
        {{ signal }}_stand_ins.stand_in as {{ signal }}_stand_in{{ ',' if not loop.last }}
        {% endfor %}
    from combinations
    {% for signal in signals -%}
    left join stand_ins as {{ signal }}_stand_ins
        on combinations.{{ signal }} = {{ signal }}_stand_ins.value
        and {{ signal }}_stand_ins.signal = '{{ signal }}'
    {% endfor %}
),

winners as (
    select
        {% for signal in signals -%}
        kinds.{{ signal }}_stand_in,
        {% endfor -%}
        min(rules.priority) as priority
    from (
        select distinct
            {% for signal in signals -%}
            {{ signal }}_stand_in{{ ',' if not loop.last }}
            {% endfor %}
        from reduced
    ) as kinds
    left join rules
        on {% for signal in signals -%}
        {{ satisfies('kinds.' ~ signal ~ '_stand_in', 'rules.' ~ signal) }}
        {{ 'and' if not loop.last }}
        {% endfor %}
    group by {% for signal in signals %}kinds.{{ signal }}_stand_in{{ ', ' if not loop.last }}{% endfor %}
),

final as (
    select
        reduced.utm_source,
        reduced.utm_medium,
        reduced.referrer,
        reduced.click_id,
        coalesce(rules.channel, 'unknown') as channel,
        coalesce(rules.confidence, 'inferred') as confidence
    from reduced
    inner join winners
        on {% for signal in signals -%}
        reduced.{{ signal }}_stand_in is not distinct from winners.{{ signal }}_stand_in
        {{ 'and' if not loop.last }}
        {% endfor %}
    left join rules on winners.priority = rules.priority
)

select * from final
