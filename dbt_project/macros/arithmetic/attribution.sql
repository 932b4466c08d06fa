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
    Part of a touch where anchors share 90 of 100 equally and touches without an anchor share 10, what is missing left out
    and the remainder rescaled to the whole: whole numbers, 9 for an anchor to 1 of each of `positions` for all the others.
    `positions` are the columns that say which touch holds each anchor, the first of them never null; `position` is the
    touch's, `touches` the length of the path. What is the same for a whole path is reckoned once for it: `whole`, and `rest`, how
    many touches have no anchor.
#}
{% macro anchored_part(position, positions, rest) -%}
case
    when {% for held in positions %}{{ position }} = {{ held }}{{ ' or ' if not loop.last }}{% endfor %}
        then 9 * greatest({{ rest }}, 1) * (
            {% for held in positions -%}
            case when {{ position }} = {{ held }} then 1 else 0 end{{ ' + ' if not loop.last }}
            {% endfor -%}
        )
    else {{ positions | length }}
end
{%- endmacro %}

{% macro anchored_whole(touches, positions) -%}
greatest({{ anchored_rest(touches, positions) }}, 1) * (
    9 * (
        {% for held in positions -%}
        case when {{ held }} is not null then 1 else 0 end{{ ' + ' if not loop.last }}
        {% endfor -%}
    )
    + case when {{ anchored_rest(touches, positions) }} > 0 then {{ positions | length }} else 0 end
)
{%- endmacro %}

{% macro anchored_rest(touches, positions) -%}
({{ touches }} - {{ held_positions(positions) }})
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
