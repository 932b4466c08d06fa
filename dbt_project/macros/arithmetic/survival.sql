{# Survival: what share would have gone on by a horizon, when some could not be watched that long. #}

{#
    Kaplan-Meier estimate of the share that had its event within each horizon, inclusive, as columns km_conversion_<days>d.
    `observations` is a relation with the `keys`, micros (from the start to the event or to the end of watching) and is_event;
    the result has one row per group of keys. Whoever stops being watched at the very instant of an event was still at risk.
    Past the last observation the curve stays where it is. What lasts longer than the last horizon is one instant beyond it: only
    that it was watched counts. Rounded to 12 decimals: factors come in no fixed order.
#}
{% macro kaplan_meier(observations, keys, horizons) -%}
with instants as (
    select
        {{ keys | join(', ') }},
        least(micros, {{ horizons[-1] * 86400000000 + 1 }}) as micros,
        count(*) as observed,
        count(case when is_event then 1 end) as happened
    from {{ observations }}
    group by {{ keys | join(', ') }}, least(micros, {{ horizons[-1] * 86400000000 + 1 }})
),

at_risk as (
    select
        {{ keys | join(', ') }},
        micros,
        happened,
        sum(observed) over (
            partition by {{ keys | join(', ') }}
            order by micros desc
            rows between unbounded preceding and current row
        ) as watched
    from instants
)
select
    {{ keys | join(', ') }}
    {%- for days in horizons %},
    round(1 - coalesce({{ product_of('case when happened > 0 and micros <= ' ~ days ~ ' * 86400000000 then 1 - cast(happened as double) / watched end') }}, 1), 12) as km_conversion_{{ days }}d
    {%- endfor %}
from at_risk
group by {{ keys | join(', ') }}
{%- endmacro %}
