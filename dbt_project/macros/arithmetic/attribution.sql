{# Attribution: the touch models, and how much a touch or an anchor weighs in them. #}

{# The models that weigh touches one by one; markov and shapley weigh channels. #}
{% macro touch_models() -%}
{{ return(['first_touch', 'last_touch', 'linear', 'u_shaped', 'time_decay', 'w_shaped', 'full_path']) }}
{%- endmacro %}

{# What is left of a touch at a later instant: half after every 7 days. #}
{% macro touch_decay(occurred_at, later_at) -%}
power(cast(2 as double), -{{ days_from_to(occurred_at, later_at) }} / 7)
{%- endmacro %}

{#
    Weight of a touch where anchors share 90 of 100 equally and touches without an anchor share 10, what is missing left out
    and the remainder rescaled to 1. `positions` are the columns that say which touch holds each anchor, the first of them
    never null; `position` is the touch's, `touches` the length of the path. What is the same for a whole path is reckoned once
    for it: `whole`, which its parts come to before they are rescaled, and `rest`, the weight of a touch without an anchor.
#}
{% macro anchored_weight(position, positions, whole, rest) -%}
case
    when {% for held in positions %}{{ position }} = {{ held }}{{ ' or ' if not loop.last }}{% endfor %}
        then {{ anchor_share(positions) }} * (
            {% for held in positions -%}
            case when {{ position }} = {{ held }} then 1 else 0 end{{ ' + ' if not loop.last }}
            {% endfor -%}
        ) / {{ whole }}
    else {{ rest }}
end
{%- endmacro %}

{% macro anchored_whole(touches, positions) -%}
(
    {{ anchor_share(positions) }} * (
        {% for held in positions -%}
        case when {{ held }} is not null then 1 else 0 end{{ ' + ' if not loop.last }}
        {% endfor -%}
    )
    + case when {{ touches }} > {{ held_positions(positions) }} then 10 else 0 end
)
{%- endmacro %}

{# Null where every touch holds an anchor. #}
{% macro anchored_rest(touches, positions) -%}
(cast(10 as double) / nullif({{ touches }} - {{ held_positions(positions) }}, 0) / {{ anchored_whole(touches, positions) }})
{%- endmacro %}

{% macro anchor_share(positions) -%}
cast({{ 90 / (positions | length) }} as double)
{%- endmacro %}

{# How many touches hold at least one of the anchors. #}
{% macro held_positions(positions) -%}
(
    {% for held in positions -%}
    case
        when {{ held }} is not null
            {% for earlier in positions[:loop.index0] -%}
            and coalesce({{ held }} <> {{ earlier }}, true)
            {% endfor -%}
            then 1
        else 0
    end{{ ' + ' if not loop.last }}
    {% endfor -%}
)
{%- endmacro %}
