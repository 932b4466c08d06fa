{# Attribution: the touch models, and how much a touch or an anchor weighs in them. #}

{# The models that weigh touches one by one; markov and shapley weigh channels. #}
{% macro touch_models() -%}
{{ return(['first_touch', 'last_touch', 'linear', 'u_shaped', 'time_decay', 'w_shaped', 'full_path']) }}
{%- endmacro %}

{# What is left of a touch at the conversion: half after every 7 days. #}
{% macro touch_decay(occurred_at, converted_at) -%}
power(cast(2 as double), -{{ days_from_to(occurred_at, converted_at) }} / 7)
{%- endmacro %}

{#
    Weight of a touch where anchors share 90 of 100 equally and touches without an anchor share 10, what is missing left out
    and the remainder rescaled to 1. `positions` are the columns that say which touch holds each anchor, the first of them
    never null; `position` is the touch's, `touches` the length of the path.
#}
{% macro anchored_weight(position, touches, positions) -%}
{%- set share = 'cast(' ~ (90 / (positions | length)) ~ ' as double)' -%}
(
    case
        when {% for held in positions %}coalesce({{ position }} = {{ held }}, false){{ ' or ' if not loop.last }}{% endfor %}
            then {{ share }} * (
                {% for held in positions -%}
                case when {{ position }} = {{ held }} then 1 else 0 end{{ ' + ' if not loop.last }}
                {% endfor -%}
            )
        else cast(10 as double) / ({{ touches }} - {{ held_positions(positions) }})
    end
    / (
        {{ share }} * (
            {% for held in positions -%}
            case when {{ held }} is not null then 1 else 0 end{{ ' + ' if not loop.last }}
            {% endfor -%}
        )
        + case when {{ touches }} > {{ held_positions(positions) }} then 10 else 0 end
    )
)
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
