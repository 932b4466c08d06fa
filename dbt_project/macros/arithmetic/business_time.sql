{# Business time: the open time between two instants, and when a target of it is reached. #}

{#
    Open minutes from `started_at` to `ended_at`, negative when the second is earlier. `clocks` is a relation or CTE, the other
    arguments its columns; calendars are compared trimmed, whatever their case. A select with one row per clock: the key,
    business_minutes (null where the calendar is unknown or a date from the one instant to the other is not covered), and
    is_covered, which is false there.
#}
{% macro business_durations(clocks, key, calendar_id, started_at, ended_at) -%}
select
    clocks.{{ key }},
    cast(
        case
            when started.coverage_run = ended.coverage_run
                then (
                    {{ open_up_to('ended', 'clocks.' ~ ended_at) }} - {{ open_up_to('started', 'clocks.' ~ started_at) }}
                ) / 60000000.0
        end as double
    ) as business_minutes,
    coalesce(started.coverage_run = ended.coverage_run, false) as is_covered
from {{ clocks }} as clocks
left join {{ ref('int_time__business_segments') }} as started
    on {{ in_covered_segment('clocks', calendar_id, started_at, 'started') }}
left join {{ ref('int_time__business_segments') }} as ended
    on {{ in_covered_segment('clocks', calendar_id, ended_at, 'ended') }}
{%- endmacro %}

{#
    The first instant at which the open time since `started_at` reaches `target_minutes` (above 0): a closing instant, not the
    next opening. A select with one row per clock: the key and due_at, null where it is not reached on covered dates within
    ten years, or the calendar is unknown.
#}
{% macro business_due(clocks, key, calendar_id, started_at, target_minutes) -%}
select
    {{ key }},
    case
        -- Ten years are at least 3652 days: arithmetic of months, which costs a tenth of the whole, is left to the few beyond.
        when {{ epoch_micros('reached_at') }} - {{ epoch_micros(started_at) }} <= 3652 * 86400000000 then reached_at
        when reached_at <= {{ started_at }} + interval 10 year then reached_at
    end as due_at
from (
    select
        asked.{{ key }},
        asked.{{ started_at }},
        {{ instant_at_micros(epoch_micros('due.starts_at') ~ ' + asked.open_at_due - due.open_before') }} as reached_at
    from (
        select
            clocks.{{ key }},
            clocks.{{ started_at }},
            started.calendar_id as segment_calendar_id,
            started.coverage_run,
            {{ open_up_to('started', 'clocks.' ~ started_at) }}
                + cast(round(cast(clocks.{{ target_minutes }} as double) * 60000000, 0) as bigint) as open_at_due
        from {{ clocks }} as clocks
        left join {{ ref('int_time__business_segments') }} as started
            on {{ in_covered_segment('clocks', calendar_id, started_at, 'started') }}
    ) as asked
    left join {{ ref('int_time__due_segments') }} as due
        on asked.segment_calendar_id = due.calendar_id
        and {{ whole_days('asked.open_at_due - 1') }} = due.open_day
        and asked.coverage_run = due.coverage_run
        and asked.open_at_due > due.open_before
        and asked.open_at_due <= due.open_after
) as found
{%- endmacro %}

{# Join condition: the segment of covered time in which an instant lies. #}
{% macro in_covered_segment(clocks, calendar_id, instant, segment) -%}
{{ plain_text(clocks ~ '.' ~ calendar_id) }} = {{ segment }}.calendar_id
    and cast({{ clocks }}.{{ instant }} as date) = {{ segment }}.covered_utc_day
    and {{ clocks }}.{{ instant }} >= {{ segment }}.starts_at
    and {{ clocks }}.{{ instant }} < {{ segment }}.ends_at
{%- endmacro %}

{# Open microseconds of a calendar up to an instant in one of its segments. #}
{% macro open_up_to(segment, instant) -%}
({{ segment }}.open_before
    + case when {{ segment }}.is_open then {{ epoch_micros(instant) }} - {{ epoch_micros(segment ~ '.starts_at') }} else 0 end)
{%- endmacro %}

{# Whole days of 24 hours in a number of microseconds: by remainder, since a quotient is a double and rounds. #}
{% macro whole_days(micros) -%}
cast((({{ micros }}) - ({{ micros }}) % 86400000000) / 86400000000 as bigint)
{%- endmacro %}

{# The first instant at which the local clock shows a wall time or later, as an aggregate over the offset periods of a zone. #}
{% macro first_instant(wall, periods) -%}
cast(
    min(
        case
            when {{ periods }}.local_until > {{ wall }}
                then greatest({{ periods }}.utc_from, {{ wall }} - {{ periods }}.offset_seconds * interval 1 second)
        end
    ) as timestamp
)
{%- endmacro %}

{# Seconds since midnight of a time such as 09:00 or 09:00:30; 24:00 is the day's end. #}
{% macro seconds_of_day(time) -%}
(cast(split_part({{ time }}, ':', 1) as bigint) * 3600 + cast(split_part({{ time }}, ':', 2) as bigint) * 60
    + coalesce(try_cast(split_part({{ time }}, ':', 3) as bigint), 0))
{%- endmacro %}
