-- How often one channel follows another on the paths of each conversion. A path runs from `START` over the channels of its
-- touches, repeats kept, to `CONVERSION`; that of a journey without the conversion to `NULL`: it holds the touches in the
-- lookback before the journey's end, or before as_of while it runs. The ends are in capitals, as no channel is: sources
-- declare any word. Grain: one row per conversion, from_channel and to_channel.

{%- set conversions = ['lead', 'mql', 'opportunity', 'won'] %}

with steps as (
    select
        conversion,
        from_channel,
        channel,
        {{ exact_decimals('conversion_weight') }} as steps,
        {{ exact_decimals('case when last_touch_weight = 1 then conversion_weight end') }} as endings
    from {{ ref('int_attribution__unit_touches') }}
    where channel <> 'unattributed'
    group by conversion, from_channel, channel
),

converting as (
    select
        conversion,
        from_channel,
        channel as to_channel,
        cast(steps as double) as transitions
    from steps

    union all

    select
        conversion,
        channel as from_channel,
        'CONVERSION' as to_channel,
        cast(sum(endings) as double) as transitions
    from steps
    where endings > 0
    group by conversion, channel
),

reached as (
    select
        journey_id,
        {% for conversion in conversions -%}
        max(case when conversion = '{{ conversion }}' then 1 else 0 end) as has_{{ conversion }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_attribution__units') }}
    where journey_id is not null
    group by journey_id
),

null_journeys as (
    select
        journeys.journey_id,
        journeys.person_id,
        coalesce(journeys.ended_at, {{ as_of() }}) as until_at,
        {% for conversion in conversions -%}
        reached.has_{{ conversion }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_stages__journeys') }} as journeys
    inner join reached on journeys.journey_id = reached.journey_id
    where {% for conversion in conversions %}reached.has_{{ conversion }} = 0{{ ' or ' if not loop.last }}{% endfor %}
),

null_touches as (
    select
        {% for conversion in conversions -%}
        null_journeys.has_{{ conversion }},
        {% endfor -%}
        touches.channel,
        lag(touches.channel) over (partition by null_journeys.journey_id order by touches.occurred_at, touches.touch_id) as former_channel,
        lead(touches.occurred_at) over (partition by null_journeys.journey_id order by touches.occurred_at, touches.touch_id) as next_at
    from null_journeys
    inner join {{ ref('int_channels__touches') }} as touches
        on null_journeys.person_id = touches.person_id
        and null_journeys.until_at - {{ var('attribution_lookback_days') }} * interval 1 day < touches.occurred_at
        and touches.occurred_at <= null_journeys.until_at
),

-- Counted once for all conversions that the journeys miss.
null_steps as (
    select
        {% for conversion in conversions -%}
        has_{{ conversion }},
        {% endfor -%}
        coalesce(former_channel, 'START') as from_channel,
        channel,
        count(*) as steps,
        count(case when next_at is null then 1 end) as endings
    from null_touches
    group by {{ range(1, conversions | length + 3) | join(', ') }}
),

missing as (
    {% for conversion in conversions -%}
    select
        '{{ conversion }}' as conversion,
        from_channel,
        channel as to_channel,
        cast(steps as double) as transitions
    from null_steps
    where has_{{ conversion }} = 0

    union all

    select
        '{{ conversion }}' as conversion,
        channel as from_channel,
        'NULL' as to_channel,
        cast(endings as double) as transitions
    from null_steps
    where has_{{ conversion }} = 0 and endings > 0
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        conversion,
        from_channel,
        to_channel,
        {{ exact_sum('transitions') }} as transitions
    from (
        select * from converting
        union all
        select * from missing
    ) as counted
    group by conversion, from_channel, to_channel
)

select * from final
