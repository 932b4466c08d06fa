-- The path of each conversion unit, touch by touch, with what the seven touch models give each touch: of the unit, and of a
-- deal's cents. The weights of a unit sum to 1 in every model; 0 is no credit. A unit without touches has one row, unattributed, that
-- takes all. Grain: one row per conversion unit of a person and eligible touch, one for a unit without any.
{{ config(materialized='sliced', slice_by='journey_id', slice_scope='events', unpacked=['touch_id']) }}

{%- set anchors = ['lead', 'opportunity', 'won'] %}
{%- set positions = ['1', 'lead_position', 'opportunity_position', 'won_position'] %}
{%- set anchored = {'w_shaped': positions[:3], 'full_path': positions} %}
{%- set in_order = 'partition by unit_number order by occurred_at, touch_id' %}
{%- set key = ['conversion', 'converted_at', 'journey_id', 'opportunity_id', 'touch_id', 'channel', 'campaign_id', 'from_channel', 'conversion_weight', 'amount_reporting'] %}
{#- The first two give all or nothing: nothing to be cut. -#}
{%- set cut_models = touch_models()[2:] %}

-- Ids are long and paths many: until their ends meet, units go by number.
with units as (
    select
        *,
        row_number() over (order by unit_id) as unit_number
    from {{ ref('int_attribution__person_units') }}
),

eligible as (
    select
        units.unit_number,
        units.opportunity_id is not null as is_deal,
        touches.touch_id,
        touches.occurred_at,
        touches.channel,
        touches.campaign_id,
        {% for anchor in anchors -%}
        case when touches.occurred_at <= units.{{ anchor }}_at and units.{{ anchor }}_at <= units.converted_at then 1 end as is_by_{{ anchor }}{{ ',' if not loop.last }}
        {% endfor %}
    from units
    inner join {{ ref('int_channels__touches') }} as touches
        on units.person_id = touches.person_id
        and units.converted_at - {{ var('attribution_lookback_days') }} * interval 1 day < touches.occurred_at
        and touches.occurred_at <= units.converted_at
),

path_touches as (
    select
        *,
        row_number() over ({{ in_order }}) as position,
        lag(channel) over ({{ in_order }}) as former_channel,
        -- Told from the path's last touch: at the conversion, years later, all may have decayed beyond what decimals hold.
        -- In parts of 2^62, which hold every bit of it: cents are cut by whole numbers.
        cast({{ touch_decay('occurred_at', 'max(occurred_at) over (partition by unit_number)') }} * 4611686018427387904 as bigint) as decay
    from eligible
),

path_channels as (
    select
        unit_number,
        is_deal,
        max(position) as last_position,
        count(*) as touches,
        {% for anchor in anchors -%}
        count(is_by_{{ anchor }}) as touches_by_{{ anchor }},
        {% endfor -%}
        sum({{ whole_of_38_digits('decay') }}) as decay
    from path_touches
    group by unit_number, is_deal, channel
),

paths as (
    select
        unit_number,
        count(*) as channels,
        cast(sum(touches) as int) as touches,
        -- The last touch at or before an anchor holds it: the one that has as many at or before it.
        {% for anchor in anchors -%}
        cast(nullif(sum(touches_by_{{ anchor }}), 0) as int) as {{ anchor }}_position,
        {% endfor -%}
        sum(decay) as decay
    from path_channels
    group by unit_number
),

units_of_paths as (
    select
        units.unit_number,
        units.conversion,
        units.converted_at,
        units.journey_id,
        units.opportunity_id,
        units.conversion_weight,
        units.amount_reporting,
        paths.channels,
        paths.touches,
        {% for anchor in anchors -%}
        paths.{{ anchor }}_position,
        {% endfor -%}
        paths.touches as linear_whole,
        case when paths.touches > 2 then 5 * (paths.touches - 2) else paths.touches end as u_shaped_whole,
        paths.decay as time_decay_whole,
        {% for model, held in anchored.items() -%}
        {{ anchored_rest('paths.touches', held) }} as {{ model }}_rest,
        {{ anchored_whole('paths.touches', held) }} as {{ model }}_whole{{ ',' if not loop.last }}
        {% endfor %}
    from units
    left join paths on units.unit_number = paths.unit_number
),

{% for kind in ['journey', 'deal'] -%}
{{ kind }}_parts as (
    select
        units.unit_number,
        units.conversion,
        units.converted_at,
        units.journey_id,
        units.opportunity_id,
        touches.touch_id,
        touches.channel,
        touches.campaign_id,
        coalesce(touches.former_channel, 'START') as from_channel,
        units.conversion_weight,
        units.amount_reporting,
        cast(case when touches.position = 1 then 1 else 0 end as double) as first_touch_weight,
        cast(case when touches.position = units.touches then 1 else 0 end as double) as last_touch_weight,
        1 as linear_part,
        case
            when units.touches > 2 and touches.position in (1, units.touches) then 2 * (units.touches - 2)
            else 1
        end as u_shaped_part,
        touches.decay as time_decay_part,
        {% for model, held in anchored.items() -%}
        {{ anchored_part('touches.position', held, 'units.' ~ model ~ '_rest') }} as {{ model }}_part,
        {% endfor -%}
        {% for model in cut_models -%}
        units.{{ model }}_whole,
        {% endfor -%}
        -- A channel of several touches counts once, at its last.
        case when path_channels.unit_number is not null then cast(1 as double) / units.channels else cast(0 as double) end as shapley_weight
    from path_touches as touches
    inner join units_of_paths as units on touches.unit_number = units.unit_number
    left join (
        select unit_number, last_position from path_channels
        where {{ 'not' if kind == 'journey' }} is_deal
    ) as path_channels
        on touches.unit_number = path_channels.unit_number
        and touches.position = path_channels.last_position
    where {{ 'not' if kind == 'journey' }} touches.is_deal
),

{{ kind }}_weights as (
    select
        *,
        {% for model in cut_models -%}
        cast({{ model }}_part as double) / {{ model }}_whole as {{ model }}_weight{{ ',' if not loop.last }}
        {% endfor %}
    from {{ kind }}_parts
),

{% endfor -%}

deal_cents as (
    {{ cut_cents_of_each('deal_weights', 'unit_number', 'touch_id', 'amount_reporting', cut_models) }}
),

final as (
    {% for kind in ['journey', 'deal'] -%}
    select
        {% for column in key -%}
        weights.{{ column }},
        {% endfor -%}
        -- Rounded, since the last digits of a power are the engine's.
        {% for model in touch_models() -%}
        {{ 'round(weights.' ~ model ~ '_weight, 12) as ' ~ model ~ '_weight' if model in cut_models else 'weights.' ~ model ~ '_weight' }},
        {% if kind == 'journey' -%}
        cast(null as decimal(18, 2)) as {{ model }}_amount,
        {% elif model in cut_models -%}
        cents.{{ model }}_amount,
        {% else -%}
        cast(case when weights.{{ model }}_weight = 1 then weights.amount_reporting else 0 * weights.amount_reporting end as decimal(18, 2)) as {{ model }}_amount,
        {% endif -%}
        {% endfor -%}
        weights.shapley_weight
    from {{ kind }}_weights as weights
    {% if kind == 'deal' -%}
    inner join deal_cents as cents
        on weights.unit_number = cents.unit_number
        and weights.touch_id = cents.touch_id
    {% endif %}
    union all

    {% endfor -%}

    select
        conversion,
        converted_at,
        journey_id,
        opportunity_id,
        cast(null as string) as touch_id,
        'unattributed' as channel,
        cast(null as string) as campaign_id,
        cast(null as string) as from_channel,
        conversion_weight,
        amount_reporting,
        {% for model in touch_models() -%}
        cast(1 as double) as {{ model }}_weight,
        amount_reporting as {{ model }}_amount,
        {% endfor -%}
        cast(1 as double) as shapley_weight
    from units_of_paths
    where touches is null
)

select * from final
